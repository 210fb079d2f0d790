// SPDX-License-Identifier: MIT

using RawMqtt.Sessions;

namespace RawMqtt.Clients;

/// <summary>The places of the messages that one <see cref="PacketIntake.Take"/> found in the bytes received.</summary>
internal sealed class ReceivedBatch
{
    private readonly Entry[] entries = new Entry[128];

    public int Count { get; private set; }

    public bool IsFull => Count == entries.Length;

    public ref Entry this[int index] => ref entries[index];

    /// <summary>Whether numbers of messages were noted that must be in the session file before the messages go to the application.</summary>
    public bool HasNumbers { get; private set; }

    public void Clear()
    {
        Count = 0;
        HasNumbers = false;
    }

    /// <summary>Adds the message of an event whose spans lie in <paramref name="bytes"/>.</summary>
    public void Add(in SessionEvent message, ReadOnlySpan<byte> bytes)
    {
        bytes.Overlaps(message.Topic, out int topic);
        bytes.Overlaps(message.Payload, out int payload);
        entries[Count++] = new Entry(topic, message.Topic.Length, payload, message.Payload.Length, message.Receipt, message.Retain, message.Duplicate)
        {
            DeliveryNumber = message.DeliveryNumber,
        };
        HasNumbers |= message.DeliveryNumber > 0;
    }

    /// <summary>One message's place.</summary>
    /// <param name="Topic">Where the topic name begins.</param>
    /// <param name="TopicLength">The bytes of the topic name.</param>
    /// <param name="Payload">Where the payload begins.</param>
    /// <param name="PayloadLength">The bytes of the payload.</param>
    /// <param name="Receipt">Acknowledges it.</param>
    /// <param name="Retain">The RETAIN bit.</param>
    /// <param name="Duplicate">The DUP bit.</param>
    internal readonly record struct Entry(int Topic, int TopicLength, int Payload, int PayloadLength, Receipt Receipt, bool Retain, bool Duplicate)
    {
        /// <summary>The number of a QoS 2 message, with a session file; otherwise 0.</summary>
        public long DeliveryNumber { get; init; }

        /// <summary>Whether the client must not acknowledge it now: the application does, or no one.</summary>
        public bool IsAcknowledgedElsewhere { get; init; }

        /// <summary>Returns the message, seen in the bytes that its batch was taken from.</summary>
        public MqttMessageView In(ReadOnlySpan<byte> bytes) => new()
        {
            Topic = bytes.Slice(Topic, TopicLength),
            Payload = bytes.Slice(Payload, PayloadLength),
            Qos = Receipt.Qos,
            Retain = Retain,
            Duplicate = Duplicate,
            PacketId = Receipt.PacketId,
            DeliveryId = DeliveryNumber > 0 ? DeliveryNumber : null,
        };
    }
}
