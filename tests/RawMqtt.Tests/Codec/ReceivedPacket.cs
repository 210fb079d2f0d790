// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Codec;

namespace RawMqtt.Tests.Codec;

/// <summary>A packet after reading: its fields as text, and the bytes that writing it again makes.</summary>
public sealed record ReceivedPacket(string Text, byte[] Rewritten)
{
    /// <summary>Reads the body of the packet that <paramref name="header"/> announces, whatever its type.</summary>
    public static ReceivedPacket? Read(FixedHeader header, ReadOnlySpan<byte> body, out ProtocolViolation? violation) => header.Type switch
    {
        PacketType.Connect => ConnectPacket.TryRead(body, out ConnectPacket packet, out violation) ? Of(packet) : null,
        PacketType.ConnAck => ConnAckPacket.TryRead(body, out ConnAckPacket packet, out violation) ? Of(packet) : null,
        PacketType.Publish => PublishPacket.TryRead(header, body, out PublishPacket packet, out violation) ? Of(packet) : null,
        PacketType.PubAck => PubAckPacket.TryRead(body, out PubAckPacket packet, out violation) ? Of(packet) : null,
        PacketType.PubRec => PubRecPacket.TryRead(body, out PubRecPacket packet, out violation) ? Of(packet) : null,
        PacketType.PubRel => PubRelPacket.TryRead(body, out PubRelPacket packet, out violation) ? Of(packet) : null,
        PacketType.PubComp => PubCompPacket.TryRead(body, out PubCompPacket packet, out violation) ? Of(packet) : null,
        PacketType.Subscribe => SubscribePacket.TryRead(body, out SubscribePacket packet, out violation) ? Of(packet) : null,
        PacketType.SubAck => SubAckPacket.TryRead(body, out SubAckPacket packet, out violation) ? Of(packet) : null,
        PacketType.Unsubscribe => UnsubscribePacket.TryRead(body, out UnsubscribePacket packet, out violation) ? Of(packet) : null,
        PacketType.UnsubAck => UnsubAckPacket.TryRead(body, out UnsubAckPacket packet, out violation) ? Of(packet) : null,
        PacketType.PingReq => PingReqPacket.TryRead(body, out PingReqPacket packet, out violation) ? Of(packet) : null,
        PacketType.PingResp => PingRespPacket.TryRead(body, out PingRespPacket packet, out violation) ? Of(packet) : null,
        PacketType.Disconnect => DisconnectPacket.TryRead(body, out DisconnectPacket packet, out violation) ? Of(packet) : null,
        _ => throw new InvalidOperationException($"The header let packet type {header.Type} pass."),
    };

    /// <summary>Two packets are the same when all their fields are.</summary>
    public bool Equals(ReceivedPacket? other) => other is not null && Text == other.Text && Rewritten.AsSpan().SequenceEqual(other.Rewritten);

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    public static ReceivedPacket Of(ConnectPacket packet) => Of(packet,
        $"CONNECT client={Hex(packet.ClientId)} clean={packet.CleanSession} keepalive={packet.KeepAlive} " +
        $"will={packet.HasWill} {Hex(packet.WillTopic)} {Hex(packet.WillMessage)} {packet.WillQos} {packet.WillRetain} " +
        $"user={packet.HasUserName} {Hex(packet.UserName)} password={packet.HasPassword} {Hex(packet.Password)}");

    public static ReceivedPacket Of(ConnAckPacket packet) => Of(packet, $"CONNACK present={packet.SessionPresent} code={packet.ReturnCode}");

    public static ReceivedPacket Of(PublishPacket packet) => Of(packet,
        $"PUBLISH topic={Hex(packet.Topic)} id={packet.PacketId} qos={packet.Qos} dup={packet.Duplicate} retain={packet.Retain} payload={Hex(packet.Payload)}");

    public static ReceivedPacket Of(PubAckPacket packet) => Of(packet, $"PUBACK id={packet.PacketId}");

    public static ReceivedPacket Of(PubRecPacket packet) => Of(packet, $"PUBREC id={packet.PacketId}");

    public static ReceivedPacket Of(PubRelPacket packet) => Of(packet, $"PUBREL id={packet.PacketId}");

    public static ReceivedPacket Of(PubCompPacket packet) => Of(packet, $"PUBCOMP id={packet.PacketId}");

    public static ReceivedPacket Of(SubscribePacket packet)
    {
        var text = new StringBuilder($"SUBSCRIBE id={packet.PacketId} count={packet.Subscriptions.Count}");
        foreach (Subscription subscription in packet.Subscriptions) text.Append($" {Hex(subscription.Filter)}:{subscription.Qos}");
        return Of(packet, text.ToString());
    }

    public static ReceivedPacket Of(SubAckPacket packet) => Of(packet, $"SUBACK id={packet.PacketId} codes={Hex(packet.ReturnCodes)}");

    public static ReceivedPacket Of(UnsubscribePacket packet)
    {
        var text = new StringBuilder($"UNSUBSCRIBE id={packet.PacketId}");
        foreach (ReadOnlySpan<byte> filter in packet.Filters) text.Append($" {Hex(filter)}");
        return Of(packet, text.ToString());
    }

    public static ReceivedPacket Of(UnsubAckPacket packet) => Of(packet, $"UNSUBACK id={packet.PacketId}");

    public static ReceivedPacket Of(PingReqPacket packet) => Of(packet, "PINGREQ");

    public static ReceivedPacket Of(PingRespPacket packet) => Of(packet, "PINGRESP");

    public static ReceivedPacket Of(DisconnectPacket packet) => Of(packet, "DISCONNECT");

    private static ReceivedPacket Of<TPacket>(TPacket packet, string text)
        where TPacket : IControlPacket, allows ref struct
    {
        byte[] bytes = new byte[packet.Length];
        if (packet.Write(bytes) != bytes.Length) throw new InvalidOperationException("Length and Write disagree.");
        return new ReceivedPacket(text, bytes);
    }

    private static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexString(bytes);
}
