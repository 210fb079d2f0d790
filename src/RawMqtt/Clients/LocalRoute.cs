// SPDX-License-Identifier: MIT

using System.Text;

namespace RawMqtt.Clients;

/// <summary>The subscriptions that the messages of one topic go to.</summary>
internal sealed class LocalRoute(byte[] topic, LocalSubscription[] targets)
{
    private string? text;

    public byte[] Topic => topic;

    public LocalSubscription[] Targets => targets;

    /// <summary>The topic name as a string; made once.</summary>
    public string TopicText => text ??= Encoding.UTF8.GetString(topic);
}
