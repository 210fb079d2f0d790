// SPDX-License-Identifier: MIT

using System.Buffers.Binary;

namespace RawMqtt.Brokers;

/// <summary>The fields of a <see cref="BrokerRecord.Published"/>. A view over the record.</summary>
internal readonly ref struct PublishedFields
{
    private const int DeliveryLength = 7;

    private readonly ReadOnlySpan<byte> deliveries;

    private PublishedFields(scoped ref FieldReader reader)
    {
        byte first = reader.ReadByte();
        Flags = (PublishedFlags)first & ~PublishedFlags.Qos;
        Qos = (QualityOfService)(first & (byte)PublishedFlags.Qos);
        Number = reader.ReadInt64();
        if ((Flags & PublishedFlags.Received) != 0) (Session, PacketId) = (reader.ReadUInt32(), reader.ReadUInt16());
        if ((Flags & PublishedFlags.OfWill) != 0) Will = reader.ReadInt64();
        if ((Flags & PublishedFlags.Retained) != 0) Owner = reader.ReadText();
        deliveries = reader.Take(DeliveryLength * (long)reader.ReadUInt32());
        Topic = reader.ReadText();
        Payload = reader.ReadRest();
    }

    public PublishedFlags Flags { get; }

    /// <summary>The QoS at which it was published.</summary>
    public QualityOfService Qos { get; }

    public long Number { get; }

    /// <summary>The kept session that published it at QoS 2; 0 for none.</summary>
    public uint Session { get; }

    /// <summary>The packet identifier of that PUBLISH.</summary>
    public ushort PacketId { get; }

    /// <summary>The number of the Will that it was; 0 for none.</summary>
    public long Will { get; }

    /// <summary>Whose retained message it is; empty for the program's.</summary>
    public ReadOnlySpan<byte> Owner { get; }

    public ReadOnlySpan<byte> Topic { get; }

    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>The number of sessions that get it.</summary>
    public int Deliveries => deliveries.Length / DeliveryLength;

    public static bool TryRead(ReadOnlySpan<byte> fields, out PublishedFields published)
    {
        var reader = new FieldReader(fields);
        published = new PublishedFields(ref reader);
        return !reader.IsBroken && !published.Topic.IsEmpty;
    }

    /// <summary>Returns one of the deliveries.</summary>
    /// <returns>The session, the packet identifier or 0 if it waits, and QoS plus 4 with RETAIN.</returns>
    public (uint Session, ushort PacketId, byte Flags) DeliveryAt(int index)
    {
        ReadOnlySpan<byte> delivery = deliveries.Slice(index * DeliveryLength, DeliveryLength);
        return (BinaryPrimitives.ReadUInt32LittleEndian(delivery), BinaryPrimitives.ReadUInt16LittleEndian(delivery[4..]), delivery[6]);
    }
}
