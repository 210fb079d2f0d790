// SPDX-License-Identifier: MIT

using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace RawMqtt.Codec;

/// <summary>PUBLISH, 3.3: carries an application message, in either direction.</summary>
/// <remarks><code>
///          7 6 5 4    3     2 1     0
/// byte 1   0 0 1 1 | DUP |  QoS | RETAIN     3.3.1
/// then     Remaining Length, 1 to 4 bytes    2.2.3
/// body     Topic Name         string         3.3.2.1
///          Packet Identifier  2 bytes        3.3.2.2, only at QoS 1 and 2 [MQTT-2.3.1-5]
///          Payload            the rest       3.3.3
/// </code>
/// <see cref="Topic"/> and <see cref="Payload"/> of a packet that was read point into the bytes that were read.</remarks>
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

    /// <summary>Gets the topic name, 3.3.2.1: 1 to 65535 bytes of UTF-8 without wildcards.</summary>
    public ReadOnlySpan<byte> Topic { get; init; }

    /// <summary>Gets the bytes of the application, 3.3.3; they may be empty.</summary>
    public ReadOnlySpan<byte> Payload { get; init; }

    /// <summary>Gets the packet identifier, 3.3.2.2: 1 to 65535 at QoS 1 and 2; 0 at QoS 0, where the packet holds none.</summary>
    public ushort PacketId { get; init; }

    /// <summary>Gets how surely the message is delivered, 3.3.1.2.</summary>
    public QualityOfService Qos
    {
        get => (QualityOfService)((flags & QosFlags) >> 1);
        init => flags = (byte)(flags & ~QosFlags | (value <= QualityOfService.ExactlyOnce ? (int)value << 1 : QosFlags));
    }

    /// <summary>Gets the DUP flag, 3.3.1.1: true if the message may have been sent before. It is false at QoS 0 [MQTT-3.3.1-2].</summary>
    public bool Duplicate
    {
        get => (flags & DuplicateFlag) != 0;
        init => flags = (byte)(flags & ~DuplicateFlag | (value ? DuplicateFlag : 0));
    }

    /// <summary>Gets the RETAIN flag, 3.3.1.3. To a server: the server keeps the message for its topic. From a server: the message was kept.</summary>
    public bool Retain
    {
        get => (flags & RetainFlag) != 0;
        init => flags = (byte)(flags & ~RetainFlag | (value ? RetainFlag : 0));
    }

    /// <inheritdoc/>
    public int Length => FixedHeader.PacketLengthFor(RemainingLength);

    private long RemainingLength => 2L + Topic.Length + (Qos > 0 ? 2 : 0) + Payload.Length;

    /// <summary>Reads the body of a packet whose <paramref name="header"/> says PUBLISH.</summary>
    /// <param name="header">The header from <see cref="FixedHeader.TryRead"/>, which refuses QoS 3 [MQTT-3.3.1-4].</param>
    /// <param name="body">The bytes behind the header.</param>
    /// <param name="packet">The packet, whose spans point into <paramref name="body"/>.</param>
    /// <param name="violation">The rule that is broken, if the result is false.</param>
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
