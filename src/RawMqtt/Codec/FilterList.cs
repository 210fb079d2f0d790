// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Buffers.Binary;

namespace RawMqtt.Codec;

/// <summary>The topic filters of an UNSUBSCRIBE, 3.10.3, in the order of the packet.</summary>
public readonly ref struct FilterList
{
    /// <param name="bytes">A valid payload of an UNSUBSCRIBE.</param>
    internal FilterList(ReadOnlySpan<byte> bytes) => Bytes = bytes;

    internal ReadOnlySpan<byte> Bytes { get; }

    /// <summary>Appends one filter to a payload for <see cref="Read"/>. After an exception nothing was appended.</summary>
    /// <exception cref="ArgumentException">The filter would break a rule, which the message names.</exception>
    public static void Write(IBufferWriter<byte> payload, ReadOnlySpan<byte> filter)
    {
        ArgumentNullException.ThrowIfNull(payload);
        if (!TopicFilter.IsValid(filter, out ProtocolViolation? violation)) BodyWriter.Throw(violation);
        Span<byte> field = payload.GetSpan(2 + filter.Length);
        BinaryPrimitives.WriteUInt16BigEndian(field, (ushort)filter.Length);
        filter.CopyTo(field[2..]);
        payload.Advance(2 + filter.Length);
    }

    /// <summary>Returns the filters that <see cref="Write"/> appended. The list points into <paramref name="payload"/>, which must not change before the packet
    /// is written.</summary>
    /// <exception cref="ArgumentException">The payload breaks a rule, which the message names.</exception>
    public static FilterList Read(ReadOnlySpan<byte> payload)
    {
        var reader = new BodyReader(payload);
        FilterList filters = ReadFrom(ref reader);
        if (!reader.TryFinish(out ProtocolViolation? violation)) BodyWriter.Throw(violation);
        return filters;
    }

    internal static FilterList ReadFrom(scoped ref BodyReader reader)
    {
        ReadOnlySpan<byte> bytes = reader.Rest;
        reader.Require(!reader.AtEnd, ProtocolViolation.EmptyUnsubscribe);   // [MQTT-3.10.3-2]
        while (!reader.AtEnd) reader.ReadTopicFilter();                      // [MQTT-3.10.3-1]
        return reader.IsBroken ? default : new FilterList(bytes);
    }

    /// <summary>Returns an enumerator of the filters, in the order of the packet.</summary>
    public Enumerator GetEnumerator() => new(Bytes);

    /// <summary>Enumerates the filters of a <see cref="FilterList"/>.</summary>
    public ref struct Enumerator
    {
        private ReadOnlySpan<byte> rest;

        internal Enumerator(ReadOnlySpan<byte> bytes) => rest = bytes;

        /// <summary>Gets the current filter.</summary>
        public ReadOnlySpan<byte> Current { get; private set; }

        /// <summary>Moves to the next filter. Returns false if there is none.</summary>
        public bool MoveNext()
        {
            if (rest.IsEmpty) return false;
            int length = BinaryPrimitives.ReadUInt16BigEndian(rest);
            Current = rest.Slice(2, length);
            rest = rest[(2 + length)..];
            return true;
        }
    }
}
