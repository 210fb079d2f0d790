// SPDX-License-Identifier: MIT

using RawMqtt.Codec;
using static RawMqtt.Explain.FieldCursor;

namespace RawMqtt.Explain;

/// <summary>Describes a whole packet in one line, as the codec reads it.</summary>
internal static class PacketTitle
{
    /// <summary>Returns the line, or null and the violation if the codec refuses the packet.</summary>
    public static string? Of(FixedHeader header, ReadOnlySpan<byte> body, out ProtocolViolation? violation)
    {
        string? detail = header.Type switch
        {
            PacketType.Connect => ConnectPacket.TryRead(body, out ConnectPacket connect, out violation) ? Connect(connect) : null,
            PacketType.ConnAck => ConnAckPacket.TryRead(body, out ConnAckPacket connAck, out violation) ? ConnAck(connAck) : null,
            PacketType.Publish => PublishPacket.TryRead(header, body, out PublishPacket publish, out violation) ? Publish(publish) : null,
            PacketType.PubAck => PubAckPacket.TryRead(body, out PubAckPacket pubAck, out violation) ? Id(pubAck.PacketId) : null,
            PacketType.PubRec => PubRecPacket.TryRead(body, out PubRecPacket pubRec, out violation) ? Id(pubRec.PacketId) : null,
            PacketType.PubRel => PubRelPacket.TryRead(body, out PubRelPacket pubRel, out violation) ? Id(pubRel.PacketId) : null,
            PacketType.PubComp => PubCompPacket.TryRead(body, out PubCompPacket pubComp, out violation) ? Id(pubComp.PacketId) : null,
            PacketType.Subscribe => SubscribePacket.TryRead(body, out SubscribePacket subscribe, out violation) ? Subscribe(subscribe) : null,
            PacketType.SubAck => SubAckPacket.TryRead(body, out SubAckPacket subAck, out violation) ? SubAck(subAck) : null,
            PacketType.Unsubscribe => UnsubscribePacket.TryRead(body, out UnsubscribePacket unsubscribe, out violation) ? Unsubscribe(unsubscribe) : null,
            PacketType.UnsubAck => UnsubAckPacket.TryRead(body, out UnsubAckPacket unsubAck, out violation) ? Id(unsubAck.PacketId) : null,
            PacketType.PingReq => PingReqPacket.TryRead(body, out _, out violation) ? "" : null,
            PacketType.PingResp => PingRespPacket.TryRead(body, out _, out violation) ? "" : null,
            _ => DisconnectPacket.TryRead(body, out _, out violation) ? "" : null,
        };
        return detail is null ? null : $"{PacketFields.NameOf(header.Type)} {detail}".TrimEnd();
    }

    /// <summary>The section of the specification that describes the type.</summary>
    public static string SectionOf(PacketType type) => $"3.{(int)type}";

    private static string Connect(ConnectPacket connect)
    {
        string retained = connect.WillRetain ? " retained" : "";
        string will = connect.HasWill ? $", will {Quoted(connect.WillTopic)} {Shown(connect.WillMessage)} at QoS {(int)connect.WillQos}{retained}" : "";
        string user = connect.HasUserName ? $", user {Quoted(connect.UserName)}{(connect.HasPassword ? " with a password" : "")}" : "";
        return $"client {Quoted(connect.ClientId)}, clean session {(connect.CleanSession ? 1 : 0)}, keep alive {connect.KeepAlive} s{will}{user}";
    }

    private static string ConnAck(ConnAckPacket connAck) =>
        $"return code {(int)connAck.ReturnCode} {PacketFields.MeaningOf(connAck.ReturnCode)}, session present {(connAck.SessionPresent ? 1 : 0)}";

    private static string Publish(PublishPacket publish)
    {
        string id = publish.Qos > 0 ? $", id {publish.PacketId}" : "";
        string flags = $"{(publish.Duplicate ? ", duplicate" : "")}{(publish.Retain ? ", retained" : "")}";
        return $"{Quoted(publish.Topic)} at QoS {(int)publish.Qos}{id}{flags}: {Shown(publish.Payload)}";
    }

    private static string Subscribe(SubscribePacket subscribe)
    {
        var filters = new List<string>();
        foreach (Subscription subscription in subscribe.Subscriptions) filters.Add($"{Quoted(subscription.Filter)} at QoS {(int)subscription.Qos}");
        return $"{Id(subscribe.PacketId)}: {string.Join(", ", filters)}";
    }

    private static string Unsubscribe(UnsubscribePacket unsubscribe)
    {
        var filters = new List<string>();
        foreach (ReadOnlySpan<byte> filter in unsubscribe.Filters) filters.Add(Quoted(filter));
        return $"{Id(unsubscribe.PacketId)}: {string.Join(", ", filters)}";
    }

    private static string SubAck(SubAckPacket subAck)
    {
        var granted = new List<string>();
        foreach (byte code in subAck.ReturnCodes) granted.Add(code == SubAckPacket.Failure ? "refused" : $"granted QoS {code}");
        return $"{Id(subAck.PacketId)}, {string.Join(", ", granted)}";
    }

    private static string Id(ushort packetId) => $"id {packetId}";
}
