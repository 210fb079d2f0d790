// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Clients;

namespace RawMqtt;

/// <summary>Represents a received message that has its own memory, so that it can be kept. Programs can make messages too, for their tests.</summary>
public sealed class MqttMessage
{
    private HeldMessage? held;

    /// <summary>Creates a message that came from no server, such as for the test of a function that gets messages.</summary>
    /// <param name="topic">The topic name. It is not checked.</param>
    /// <param name="payload">The payload, which is not copied.</param>
    /// <param name="qos">The QoS of the delivery.</param>
    /// <param name="retain">The value of <see cref="Retain"/>.</param>
    public MqttMessage(string topic, ReadOnlyMemory<byte> payload, QualityOfService qos = QualityOfService.AtMostOnce, bool retain = false)
    {
        ArgumentNullException.ThrowIfNull(topic);
        (Topic, Payload, Qos, Retain) = (topic, payload, qos, retain);
    }

    /// <summary>Creates a message with a text as its payload, encoded as UTF-8.</summary>
    public MqttMessage(string topic, string payload, QualityOfService qos = QualityOfService.AtMostOnce, bool retain = false)
        : this(topic, Encoding.UTF8.GetBytes(payload), qos, retain)
    {
    }

    internal MqttMessage(string topic, in MqttMessageView view, TimeSpan arrivedAt = default, HeldMessage? held = null)
    {
        this.held = held;
        Topic = topic;
        Payload = view.Payload.ToArray();
        Qos = view.Qos;
        Retain = view.Retain;
        Duplicate = view.Duplicate;
        DeliveryId = view.DeliveryId;
        ArrivedAt = arrivedAt;
    }

    /// <summary>Copies a message for another subscription that holds it; the payload is shared.</summary>
    internal MqttMessage(MqttMessage other)
    {
        held = other.held;
        Topic = other.Topic;
        Payload = other.Payload;
        Qos = other.Qos;
        Retain = other.Retain;
        Duplicate = other.Duplicate;
        DeliveryId = other.DeliveryId;
        ArrivedAt = other.ArrivedAt;
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

    /// <summary>Gets a number that names this message at QoS 2, from 1, if the client has a <see cref="MqttClientOptions.SessionFile"/>; otherwise
    /// null.</summary>
    /// <remarks>If a process ends while it has the message, the next process gets it again with the same number, and can drop it. Numbers of one file
    /// are never used twice.</remarks>
    public long? DeliveryId { get; }

    /// <summary>Tells the server that the application is done with the message. A second call, or one at QoS 0, does nothing.</summary>
    /// <remarks>With <see cref="MqttSubscribeOptions.ManualAcknowledgement"/> the program must call this for each message. In a kept session it may
    /// call it: before it waits for another message in the loop, or before it leaves the loop. Without the call, the message is acknowledged when
    /// the reader asks for the next one. In a clean session a message is acknowledged when it enters the stream, and this does nothing.</remarks>
    /// <exception cref="MqttException">The session file could not be written: <see cref="MqttErrorCode.SessionFileFailed"/>.</exception>
    public void Acknowledge() => Interlocked.Exchange(ref held, null)?.Release();

    /// <summary>What the server waits for; null if it is answered or needs no answer.</summary>
    internal HeldMessage? Held => held;

    /// <summary>The session's time when it came.</summary>
    internal TimeSpan ArrivedAt { get; }

    internal byte[] TopicBytes => Encoding.UTF8.GetBytes(Topic);

    /// <summary>The bytes that count for the limits of a subscription.</summary>
    internal int Length => Payload.Length + Topic.Length;

    internal bool HasTopic(ReadOnlySpan<byte> topic) => topic.SequenceEqual(Encoding.UTF8.GetBytes(Topic));

    /// <summary>Returns the message as a receiver sees it.</summary>
    internal MqttMessageView ToView() => new()
    {
        Topic = TopicBytes,
        Payload = Payload.Span,
        Qos = Qos,
        Retain = Retain,
        Duplicate = Duplicate,
        DeliveryId = DeliveryId,
    };
}
