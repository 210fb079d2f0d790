// SPDX-License-Identifier: MIT

using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace RawMqtt.Codec;

/// <summary>PUBLISH, 3.3: an application message on its way, from either end.</summary>
/// <remarks><code>
///          7 6 5 4    3     2 1     0
/// byte 1   0 0 1 1 | DUP |  QoS | RETAIN     3.3.1
/// then     Remaining Length, 1 to 4 bytes    2.2.3
/// body     Topic Name         string         3.3.2.1
///          Packet Identifier  2 bytes        3.3.2.2, only at QoS 1 and 2 [MQTT-2.3.1-5]
///          Payload            the rest       3.3.3
/// </code>
/// A view: <see cref="Topic"/> and <see cref="Payload"/> point into the bytes that it was read from.</remarks>
public readonly ref struct PublishPacket : IControlPacket
{
    private const int DuplicateFlag = 0b1000;
    private const int QosFlags = 0b0110;
    private const int RetainFlag = 0b0001;

    private readonly byte flags;

    private PublishPacket(int flags, ReadOnlySpan<byte> topic, ushort packetId, ReadOnlySpan<byte> payload)
    {
        this.flags = (byte)flags;
        Topic = topic;
        PacketId = packetId;
        Payload = payload;
    }

    /// <summary>1 to 65535 bytes of UTF-8 without wildcards, 3.3.2.1.</summary>
    public ReadOnlySpan<byte> Topic { get; init; }

    /// <summary>The application's bytes; may be empty, 3.3.3.</summary>
    public ReadOnlySpan<byte> Payload { get; init; }

    /// <summary>1 to 65535 at QoS 1 and 2; 0 at QoS 0, where the packet has none.</summary>
    public ushort PacketId { get; init; }

    /// <summary>3.3.1.2.</summary>
    public QualityOfService Qos
    {
        get => (QualityOfService)((flags & QosFlags) >> 1);
        init => flags = (byte)(flags & ~QosFlags | (value <= QualityOfService.ExactlyOnce ? (int)value << 1 : QosFlags));
    }

    /// <summary>DUP: this may be a second sending, 3.3.1.1. Never at QoS 0 [MQTT-3.3.1-2].</summary>
    public bool Duplicate
    {
        get => (flags & DuplicateFlag) != 0;
        init => flags = (byte)(flags & ~DuplicateFlag | (value ? DuplicateFlag : 0));
    }

    /// <summary>To a server: keep this as the topic's retained message. From a server: this was kept, 3.3.1.3.</summary>
    public bool Retain
    {
        get => (flags & RetainFlag) != 0;
        init => flags = (byte)(flags & ~RetainFlag | (value ? RetainFlag : 0));
    }

    /// <inheritdoc/>
    public int Length => FixedHeader.PacketLengthFor(RemainingLength);

    private long RemainingLength => 2L + Topic.Length + (Qos > 0 ? 2 : 0) + Payload.Length;

    /// <summary>Reads the body of a packet whose <paramref name="header"/> says PUBLISH.</summary>
    /// <param name="header">As <see cref="FixedHeader.TryRead"/> made it, which lets no QoS 3 pass [MQTT-3.3.1-4].</param>
    /// <param name="body">What follows the header.</param>
    /// <param name="packet">The packet, whose spans point into <paramref name="body"/>.</param>
    /// <param name="violation">The rule that is broken, when the result is false.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryRead(FixedHeader header, ReadOnlySpan<byte> body, out PublishPacket packet, [NotNullWhen(false)] out ProtocolViolation? violation)
    {
        Debug.Assert(header.Type == PacketType.Publish, "the header is that of another packet");
        var reader = new BodyReader(body);
        ReadOnlySpan<byte> topic = reader.ReadTopicOfPublish(); // [MQTT-3.3.2-1], [MQTT-3.3.2-2]
        ushort packetId = (header.Flags & QosFlags) != 0 ? reader.ReadPacketId() : (ushort)0;
        ReadOnlySpan<byte> payload = reader.ReadRest();

        packet = new PublishPacket(header.Flags, topic, packetId, payload);
        return reader.TryFinish(out violation);
    }

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        BodyWriter.Require((flags & QosFlags) != QosFlags, ProtocolViolation.ReservedQos);                      // [MQTT-3.3.1-4]
        BodyWriter.Require((flags & (QosFlags | DuplicateFlag)) != DuplicateFlag, ProtocolViolation.DuplicateAtQos0); // [MQTT-3.3.1-2]

        var writer = new BodyWriter(destination, PacketType.Publish, flags, RemainingLength);
        writer.WriteTopicOfPublish(Topic); // [MQTT-3.3.2-2]
        if (Qos > 0) writer.WritePacketId(PacketId);
        writer.WriteBytes(Payload);
        return writer.Finish();
    }
}
