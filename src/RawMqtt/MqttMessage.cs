// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Clients;

namespace RawMqtt;

/// <summary>Represents a received message that has its own memory, so that it can be kept.</summary>
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

    /// <summary>Gets the topic name that the message was published to.</summary>
    public string Topic { get; }

    /// <summary>Gets the payload.</summary>
    public ReadOnlyMemory<byte> Payload { get; }

    /// <summary>Gets the payload as UTF-8 text. Ill-formed bytes become U+FFFD.</summary>
    public string PayloadText => Encoding.UTF8.GetString(Payload.Span);

    /// <summary>Gets the QoS of this delivery: the lower one of the publisher's and the subscription's [MQTT-3.8.4-6].</summary>
    public QualityOfService Qos { get; }

    /// <summary>Gets whether the server had stored the message before this subscription was made, section 3.3.1.3.</summary>
    public bool Retain { get; }

    /// <summary>Gets whether the message may have been delivered before, section 3.3.1.1. If false, it may still be a repetition at QoS 1.</summary>
    public bool Duplicate { get; }

    /// <summary>Acknowledges the message, with <see cref="MqttSubscribeOptions.ManualAcknowledgement"/>. A second call, or one at QoS 0, does
    /// nothing.</summary>
    public void Acknowledge() => Interlocked.Exchange(ref held, null)?.Release();

    /// <summary>The bytes that count for the limits of a subscription.</summary>
    internal int Length => Payload.Length + Topic.Length;
}
