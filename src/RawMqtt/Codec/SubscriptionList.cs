// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Buffers.Binary;

namespace RawMqtt.Codec;

/// <summary>The subscriptions of a SUBSCRIBE, 3.8.3, in the order of the packet.</summary>
public readonly ref struct SubscriptionList
{
    /// <param name="bytes">A valid payload of a SUBSCRIBE.</param>
    internal SubscriptionList(ReadOnlySpan<byte> bytes) => Bytes = bytes;

    internal ReadOnlySpan<byte> Bytes { get; }

    /// <summary>Appends one subscription to a payload for <see cref="Read"/>. After an exception nothing was appended.</summary>
    /// <exception cref="ArgumentException">The filter or the QoS would break a rule, which the message names.</exception>
    public static void Write(IBufferWriter<byte> payload, Subscription subscription)
    {
        ArgumentNullException.ThrowIfNull(payload);
        BodyWriter.Require(subscription.Qos <= QualityOfService.ExactlyOnce, ProtocolViolation.ReservedRequestedQos); // [MQTT-3.8.3-4]
        ReadOnlySpan<byte> filter = subscription.Filter;
        if (!TopicFilter.IsValid(filter, out ProtocolViolation? violation)) BodyWriter.Throw(violation);
        Span<byte> fields = payload.GetSpan(3 + filter.Length);
        BinaryPrimitives.WriteUInt16BigEndian(fields, (ushort)filter.Length);
        filter.CopyTo(fields[2..]);
        fields[2 + filter.Length] = (byte)subscription.Qos;
        payload.Advance(3 + filter.Length);
    }

    /// <summary>Returns the subscriptions that <see cref="Write"/> appended. The list points into <paramref name="payload"/>, which must not change before the
    /// packet is written.</summary>
    /// <exception cref="ArgumentException">The payload breaks a rule, which the message names.</exception>
    public static SubscriptionList Read(ReadOnlySpan<byte> payload)
    {
        var reader = new BodyReader(payload);
        SubscriptionList subscriptions = ReadFrom(ref reader);
        if (!reader.TryFinish(out ProtocolViolation? violation)) BodyWriter.Throw(violation);
        return subscriptions;
    }

    internal static SubscriptionList ReadFrom(scoped ref BodyReader reader)
    {
        ReadOnlySpan<byte> bytes = reader.Rest;
        reader.Require(!reader.AtEnd, ProtocolViolation.EmptySubscribe);                        // [MQTT-3.8.3-3]
        while (!reader.AtEnd)
        {
            reader.ReadTopicFilter();                                                           // [MQTT-3.8.3-1]
            reader.Require(reader.ReadByte() <= 2, ProtocolViolation.ReservedRequestedQos);     // [MQTT-3.8.3-4]
        }

        return reader.IsBroken ? default : new SubscriptionList(bytes);
    }

    /// <summary>Gets the number of subscriptions.</summary>
    public int Count
    {
        get
        {
            int count = 0;
            foreach (Subscription _ in this) count++;
            return count;
        }
    }

    /// <summary>Returns an enumerator of the subscriptions, in the order of the packet.</summary>
    public Enumerator GetEnumerator() => new(Bytes);

    /// <summary>Enumerates the subscriptions of a <see cref="SubscriptionList"/>.</summary>
    public ref struct Enumerator
    {
        private ReadOnlySpan<byte> rest;

        internal Enumerator(ReadOnlySpan<byte> bytes) => rest = bytes;

        /// <summary>Gets the current subscription.</summary>
        public Subscription Current { get; private set; }

        /// <summary>Moves to the next subscription. Returns false if there is none.</summary>
        public bool MoveNext()
        {
            if (rest.IsEmpty) return false;
            int length = BinaryPrimitives.ReadUInt16BigEndian(rest);
            Current = new Subscription { Filter = rest.Slice(2, length), Qos = (QualityOfService)rest[2 + length] };
            rest = rest[(3 + length)..];
            return true;
        }
    }
}
