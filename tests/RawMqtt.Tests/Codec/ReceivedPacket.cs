using System.Text;
using RawMqtt.Codec;

namespace RawMqtt.Tests.Codec;

/// <summary>A packet after reading: its fields as text, and the bytes that writing it again makes.</summary>
public sealed record ReceivedPacket(string Text, byte[] Rewritten)
{
    /// <summary>Reads the body of the packet that <paramref name="header"/> announces, whatever its type.</summary>
    public static ReceivedPacket? Read(FixedHeader header, ReadOnlySpan<byte> body, out ProtocolViolation? violation) => header.Type switch
    {
        PacketType.Connect => ConnectPacket.TryRead(body, out ConnectPacket packet, out violation) ? Of(packet, TextOf(packet)) : null,
        PacketType.ConnAck => ConnAckPacket.TryRead(body, out ConnAckPacket packet, out violation) ? Of(packet, $"CONNACK present={packet.SessionPresent} code={packet.ReturnCode}") : null,
        PacketType.Publish => PublishPacket.TryRead(header, body, out PublishPacket packet, out violation) ? Of(packet, TextOf(packet)) : null,
        PacketType.PubAck => PubAckPacket.TryRead(body, out PubAckPacket packet, out violation) ? Of(packet, $"PUBACK id={packet.PacketId}") : null,
        PacketType.PubRec => PubRecPacket.TryRead(body, out PubRecPacket packet, out violation) ? Of(packet, $"PUBREC id={packet.PacketId}") : null,
        PacketType.PubRel => PubRelPacket.TryRead(body, out PubRelPacket packet, out violation) ? Of(packet, $"PUBREL id={packet.PacketId}") : null,
        PacketType.PubComp => PubCompPacket.TryRead(body, out PubCompPacket packet, out violation) ? Of(packet, $"PUBCOMP id={packet.PacketId}") : null,
        PacketType.Subscribe => SubscribePacket.TryRead(body, out SubscribePacket packet, out violation) ? Of(packet, TextOf(packet)) : null,
        PacketType.SubAck => SubAckPacket.TryRead(body, out SubAckPacket packet, out violation) ? Of(packet, $"SUBACK id={packet.PacketId} codes={Hex(packet.ReturnCodes)}") : null,
        PacketType.Unsubscribe => UnsubscribePacket.TryRead(body, out UnsubscribePacket packet, out violation) ? Of(packet, TextOf(packet)) : null,
        PacketType.UnsubAck => UnsubAckPacket.TryRead(body, out UnsubAckPacket packet, out violation) ? Of(packet, $"UNSUBACK id={packet.PacketId}") : null,
        PacketType.PingReq => PingReqPacket.TryRead(body, out PingReqPacket packet, out violation) ? Of(packet, "PINGREQ") : null,
        PacketType.PingResp => PingRespPacket.TryRead(body, out PingRespPacket packet, out violation) ? Of(packet, "PINGRESP") : null,
        PacketType.Disconnect => DisconnectPacket.TryRead(body, out DisconnectPacket packet, out violation) ? Of(packet, "DISCONNECT") : null,
        _ => throw new InvalidOperationException($"The header let packet type {header.Type} pass."),
    };

    /// <summary>Two packets are the same when all their fields are.</summary>
    public bool Equals(ReceivedPacket? other) => other is not null && Text == other.Text && Rewritten.AsSpan().SequenceEqual(other.Rewritten);

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    private static ReceivedPacket Of<TPacket>(TPacket packet, string text)
        where TPacket : IControlPacket, allows ref struct
    {
        byte[] bytes = new byte[packet.Length];
        if (packet.Write(bytes) != bytes.Length) throw new InvalidOperationException("Length and Write disagree.");
        return new ReceivedPacket(text, bytes);
    }

    private static string TextOf(ConnectPacket packet) =>
        $"CONNECT client={Hex(packet.ClientId)} clean={packet.CleanSession} keepalive={packet.KeepAlive} " +
        $"will={packet.HasWill} {Hex(packet.WillTopic)} {Hex(packet.WillMessage)} {packet.WillQos} {packet.WillRetain} " +
        $"user={packet.HasUserName} {Hex(packet.UserName)} password={packet.HasPassword} {Hex(packet.Password)}";

    private static string TextOf(PublishPacket packet) =>
        $"PUBLISH topic={Hex(packet.Topic)} id={packet.PacketId} qos={packet.Qos} dup={packet.Duplicate} retain={packet.Retain} payload={Hex(packet.Payload)}";

    private static string TextOf(SubscribePacket packet)
    {
        var text = new StringBuilder($"SUBSCRIBE id={packet.PacketId} count={packet.Subscriptions.Count}");
        foreach (Subscription subscription in packet.Subscriptions) text.Append($" {Hex(subscription.Filter)}:{subscription.Qos}");
        return text.ToString();
    }

    private static string TextOf(UnsubscribePacket packet)
    {
        var text = new StringBuilder($"UNSUBSCRIBE id={packet.PacketId}");
        foreach (ReadOnlySpan<byte> filter in packet.Filters) text.Append($" {Hex(filter)}");
        return text.ToString();
    }

    private static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexString(bytes);
}
