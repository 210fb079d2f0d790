// SPDX-License-Identifier: MIT

using System.Buffers.Binary;

namespace RawMqtt.Brokers;

/// <summary>The fields of a <see cref="BrokerRecord.Published"/> before the topic, while its deliveries are found.</summary>
internal sealed class PublishedRecord
{
    private const int DeliveryLength = 7;
    private const int LongestHead = 1 + 8 + 6 + 8 + 2 + 4;

    private byte[] fields = new byte[256];
    private PublishedFlags flags;
    private int countAt;
    private int length;
    private uint deliveries;
    private bool isWaitedFor;

    /// <summary>The kept session that published the message at QoS 2; 0 for none.</summary>
    public uint Session { get; private set; }

    /// <summary>The packet identifier of that PUBLISH.</summary>
    public ushort PacketId { get; private set; }

    /// <summary>The number of the Will that it was; 0 for none.</summary>
    public long Will { get; private set; }

    /// <summary>The number of sessions that get the message.</summary>
    public int Deliveries => (int)deliveries;

    /// <summary>Whether it waits in a session.</summary>
    public bool IsWaitedFor => isWaitedFor;

    /// <summary>Whether a session gets the message, or it changes what is retained.</summary>
    public bool IsForSomebody => deliveries > 0 || (flags & (PublishedFlags.Retained | PublishedFlags.Unretained)) != 0;

    public void Begin(long number, uint session, ushort packetId, long will)
    {
        (Session, PacketId, Will, deliveries, isWaitedFor) = (session, packetId, will, 0, false);
        flags = (session > 0 ? PublishedFlags.Received : 0) | (will > 0 ? PublishedFlags.OfWill : 0);
        BinaryPrimitives.WriteInt64LittleEndian(fields.AsSpan(1), number);
        length = 9;
        if (session > 0)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(fields.AsSpan(length), session);
            BinaryPrimitives.WriteUInt16LittleEndian(fields.AsSpan(length + 4), packetId);
            length += 6;
        }

        if (will > 0)
        {
            BinaryPrimitives.WriteInt64LittleEndian(fields.AsSpan(length), will);
            length += 8;
        }

        EndHead();
    }

    public void Retain(byte[]? owner)
    {
        int ownerLength = owner?.Length ?? 0;
        Reserve(LongestHead + ownerLength);
        flags |= PublishedFlags.Retained;
        BinaryPrimitives.WriteUInt16LittleEndian(fields.AsSpan(countAt), (ushort)ownerLength);
        owner?.CopyTo(fields.AsSpan(countAt + 2));
        length = countAt + 2 + ownerLength;
        EndHead();
    }

    public void Unretain() => flags |= PublishedFlags.Unretained;

    public void Deliver(uint session, ushort packetId, QualityOfService qos, bool retain)
    {
        Reserve(DeliveryLength + 2);
        Span<byte> delivery = fields.AsSpan(length, DeliveryLength);
        BinaryPrimitives.WriteUInt32LittleEndian(delivery, session);
        BinaryPrimitives.WriteUInt16LittleEndian(delivery[4..], packetId);
        delivery[6] = BrokerJournal.FlagsOf(qos, retain);
        length += DeliveryLength;
        deliveries++;
        isWaitedFor |= packetId == 0;
    }

    /// <summary>Returns all fields before the topic.</summary>
    public ReadOnlySpan<byte> End(int topicLength, QualityOfService qos)
    {
        fields[0] = (byte)((byte)flags | (byte)qos);
        BinaryPrimitives.WriteUInt32LittleEndian(fields.AsSpan(countAt), deliveries);
        BinaryPrimitives.WriteUInt16LittleEndian(fields.AsSpan(length), (ushort)topicLength);
        return fields.AsSpan(0, length + 2);
    }

    private void EndHead()
    {
        countAt = length;
        length += 4;
    }

    private void Reserve(int more)
    {
        if (fields.Length - length < more) Array.Resize(ref fields, Math.Max(2 * fields.Length, length + more));
    }
}
