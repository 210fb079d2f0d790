// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Clients;

namespace RawMqtt;

/// <summary>A message that came, with its own memory: safe to keep.</summary>
public sealed class MqttMessage
{
    private HeldMessage? held;

    internal MqttMessage(string topic, in MqttMessageView view, HeldMessage? held = null)
    {
        this.held = held;
        Topic = topic;
        Payload = view.Payload.ToArray();
        Qos = view.Qos;
        Retain = view.Retain;
        Duplicate = view.Duplicate;
    }

    /// <summary>The topic name that it was published to.</summary>
    public string Topic { get; }

    /// <summary>The payload.</summary>
    public ReadOnlyMemory<byte> Payload { get; }

    /// <summary>The payload as UTF-8 text; ill-formed bytes become U+FFFD.</summary>
    public string PayloadText => Encoding.UTF8.GetString(Payload.Span);

    /// <summary>The QoS of this delivery: the lower one of the publisher's and the subscription's [MQTT-3.8.4-6].</summary>
    public QualityOfService Qos { get; }

    /// <summary>The server had kept it before this subscription was made, 3.3.1.3.</summary>
    public bool Retain { get; }

    /// <summary>It may have been delivered before, 3.3.1.1; says nothing certain.</summary>
    public bool Duplicate { get; }

    /// <summary>With <see cref="MqttSubscribeOptions.ManualAcknowledgement"/>: the application is done with it. A second call, or one at QoS 0, does nothing.</summary>
    public void Acknowledge() => Interlocked.Exchange(ref held, null)?.Done();

    /// <summary>What it counts for in a subscription's buffer.</summary>
    internal int Length => Payload.Length + Topic.Length;
}
