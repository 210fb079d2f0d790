// SPDX-License-Identifier: MIT

using System.Buffers;
using RawMqtt.Codec;

namespace RawMqtt.Testing;

/// <summary>One connection of a client to a <see cref="ScriptedPeer"/>.</summary>
public sealed class ScriptedConnection
{
    private readonly TimeSpan patience;
    private byte[] unread = [];

    internal ScriptedConnection(FaultLink link, TimeSpan patience) => (Link, this.patience) = (link, patience);

    /// <summary>Gets the link, whose server's end is this connection.</summary>
    public FaultLink Link { get; }

    /// <summary>Waits for the next packet, which must be of that type.</summary>
    /// <exception cref="InvalidOperationException">Another packet came, or the client closed the connection, or it sent no MQTT.</exception>
    /// <exception cref="TimeoutException">None came within <see cref="ScriptedPeer.Patience"/>.</exception>
    public async Task<ReceivedPacket> ExpectAsync(PacketType type)
    {
        ReceivedPacket? packet = await NextAsync(type).WaitAsync(patience).ConfigureAwait(false);
        if (packet is null) throw new InvalidOperationException($"The client closed the connection; {type} was expected.");
        return packet.Type == type ? packet : throw new InvalidOperationException($"{packet} came; {type} was expected.");
    }

    /// <summary>Waits until the client closes the connection.</summary>
    /// <exception cref="InvalidOperationException">A packet came instead.</exception>
    /// <exception cref="TimeoutException">Nothing came within <see cref="ScriptedPeer.Patience"/>.</exception>
    public async Task ExpectEndAsync()
    {
        if (await NextAsync(null).WaitAsync(patience).ConfigureAwait(false) is { } packet)
            throw new InvalidOperationException($"{packet} came; the end was expected.");
    }

    /// <summary>Sends a packet.</summary>
    public void Send<TPacket>(TPacket packet)
        where TPacket : IControlPacket, allows ref struct
    {
        byte[] bytes = new byte[packet.Length];
        packet.Write(bytes);
        SendBytes(bytes);
    }

    /// <summary>Sends any bytes, such as a packet that breaks a rule.</summary>
    public void SendBytes(ReadOnlySpan<byte> bytes) => Link.Server.Write(bytes);

    /// <summary>Sends what a correct server answers, section 3: CONNACK, SUBACK, UNSUBACK, PUBACK or PUBREC, PUBCOMP, PINGRESP. It sends nothing for
    /// other packets.</summary>
    public void Answer(ReceivedPacket packet)
    {
        ArgumentNullException.ThrowIfNull(packet);
        switch (packet.Type)
        {
            case PacketType.Connect: Send(new ConnAckPacket()); break;
            case PacketType.Publish: AnswerPublish(packet.AsPublish()); break;
            case PacketType.PubRel when PubRelPacket.TryRead(packet.Body.Span, out PubRelPacket pubRel, out _):
                Send(new PubCompPacket { PacketId = pubRel.PacketId });
                break;
            case PacketType.Subscribe when SubscribePacket.TryRead(packet.Body.Span, out SubscribePacket subscribe, out _): Grant(subscribe); break;
            case PacketType.Unsubscribe when UnsubscribePacket.TryRead(packet.Body.Span, out UnsubscribePacket unsubscribe, out _):
                Send(new UnsubAckPacket { PacketId = unsubscribe.PacketId });
                break;
            case PacketType.PingReq: Send(new PingRespPacket()); break;
        }
    }

    /// <summary>Cuts the connection.</summary>
    public void Cut(FaultEnd end = FaultEnd.Reset) => Link.Cut(end);

    private void AnswerPublish(PublishPacket publish)
    {
        if (publish.Qos == QualityOfService.AtLeastOnce) Send(new PubAckPacket { PacketId = publish.PacketId });
        if (publish.Qos == QualityOfService.ExactlyOnce) Send(new PubRecPacket { PacketId = publish.PacketId });
    }

    private void Grant(SubscribePacket subscribe)
    {
        byte[] codes = new byte[subscribe.Subscriptions.Count];
        int index = 0;
        foreach (Subscription subscription in subscribe.Subscriptions) codes[index++] = (byte)subscription.Qos;
        Send(new SubAckPacket { PacketId = subscribe.PacketId, ReturnCodes = codes });
    }

    /// <summary>Returns the next packet; null at the end of the connection.</summary>
    private async Task<ReceivedPacket?> NextAsync(PacketType? expected)
    {
        byte[] buffer = new byte[4096];
        while (true)
        {
            if (TryTake(expected, out ReceivedPacket? packet)) return packet;
            int read = await Link.Server.ReadAsync(buffer).ConfigureAwait(false);
            if (read == 0) return null;
            unread = [.. unread, .. buffer.AsSpan(0, read)];
        }
    }

    private bool TryTake(PacketType? expected, out ReceivedPacket? packet)
    {
        packet = null;
        var reader = new PacketReader(unread, MqttRole.Client);
        OperationStatus status = reader.Read();
        if (status == OperationStatus.InvalidData)
            throw new InvalidOperationException($"The client broke a rule: {reader.Violation}; {expected?.ToString() ?? "the end"} was expected.");
        if (status != OperationStatus.Done) return false;
        packet = new ReceivedPacket(reader.Header, reader.Body.ToArray());
        unread = unread[reader.Consumed..];
        return true;
    }
}
