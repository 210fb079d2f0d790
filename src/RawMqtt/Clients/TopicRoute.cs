// SPDX-License-Identifier: MIT

using System.Text;

namespace RawMqtt.Clients;

/// <summary>Which subscriptions a topic name goes to.</summary>
internal sealed class TopicRoute(byte[] topic, MqttSubscription[] targets)
{
    private string? text;

    public byte[] Topic => topic;

    public MqttSubscription[] Targets => targets;

    /// <summary>The topic name as a string, made once.</summary>
    public string TopicText => text ??= Encoding.UTF8.GetString(topic);
}
