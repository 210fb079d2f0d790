using System.Buffers;
using RawMqtt.Codec;
using RawMqtt.Sessions;

namespace RawMqtt.Routing;

/// <summary>The broker without sockets and without a clock: bytes and the time go in, bytes for any number of connections come out.</summary>
/// <remarks>One thread at a time. Each call may leave connections with something to be sent, or to be closed: <see cref="TakeDirty"/>.</remarks>
internal sealed class BrokerCore
{
    private const int MaxSpareOutputs = 64;
    private const int MaxSpareLength = 256 * 1024;

    private readonly BrokerLimits limits;
    private readonly Router router;
    private readonly SessionList sessions;
    private readonly HashSet<BrokerConnection> connections = [];
    private readonly Stack<OutgoingBuffer> spareOutputs = new();
    private readonly Stack<BrokerConnection> ended = new();
    private readonly List<BrokerConnection> dirty = [];

    /// <param name="limits">What bounds it.</param>
    /// <param name="seed">A random number.</param>
    public BrokerCore(BrokerLimits limits, ulong seed)
    {
        var comparer = new Utf8Comparer(seed);
        this.limits = limits;
        router = new Router(this, limits, Counters, comparer);
        sessions = new SessionList(this, router, limits, comparer, seed);
    }

    public BrokerCounters Counters { get; } = new();

    public int Connections => connections.Count;

    public Router Router => router;

    public SessionList Sessions => sessions;

    /// <summary>A network connection was accepted; its CONNECT is due.</summary>
    public BrokerConnection Accept(TimeSpan now)
    {
        var connection = new BrokerConnection(this, now);
        connections.Add(connection);
        Counters.ConnectionsAccepted++;
        return connection;
    }

    /// <summary>Takes all whole packets of what was read.</summary>
    /// <returns>The number of bytes used; the rest is the beginning of a packet, to be given again with what follows.</returns>
    public int Receive(BrokerConnection connection, ReadOnlySpan<byte> read, TimeSpan now)
    {
        if (connection.End is not null) return read.Length; // [MQTT-3.1.4-5]
        var reader = new PacketReader(read, MqttRole.Client, limits.MaximumPacketLength);
        if (connection.Subscriber is null && !BeginsWithConnect(read)) Break(connection, ProtocolViolation.FirstPacketNotConnect);

        while (connection.End is null)
        {
            int start = reader.Consumed;
            OperationStatus status = reader.Read();
            if (status == OperationStatus.NeedMoreData) break;
            if (status == OperationStatus.InvalidData) Break(connection, reader.Violation!);
            else if (reader.Header.Type == PacketType.Publish) TakePublish(connection, reader.Header, reader.Body, read[start..reader.Consumed]);
            else Take(connection, reader.Header, reader.Body, now);
        }

        if (reader.Consumed > 0) connection.LastReceived = now;
        Counters.BytesReceived += reader.Consumed;
        Settle(now);
        return connection.End is null ? reader.Consumed : read.Length;
    }

    /// <summary>The network connection is gone.</summary>
    public void Lost(BrokerConnection connection, TimeSpan now)
    {
        End(connection, ConnectionEnd.Lost);
        Settle(now);
        connections.Remove(connection);
    }

    /// <summary>Ends a connection from this side.</summary>
    public void End(BrokerConnection connection, ConnectionEnd reason, TimeSpan now)
    {
        End(connection, reason);
        Settle(now);
    }

    /// <summary>The flush that took <paramref name="output"/> is over; the buffer may be used again.</summary>
    /// <returns>Whether more is waiting.</returns>
    public bool Flushed(BrokerConnection connection, OutgoingBuffer output)
    {
        Counters.BytesSent += output.Length;
        connection.EndFlush();
        if (output.Length > MaxSpareLength || spareOutputs.Count >= MaxSpareOutputs)
        {
            output.Clear();
        }
        else
        {
            output.Reset();
            spareOutputs.Push(output);
        }

        if (connection.Subscriber is { } subscriber) SendQueued(connection, subscriber.Session);
        return connection.Waiting > 0;
    }

    /// <summary>Ends the connections whose time is over.</summary>
    /// <returns>When to come again at the latest; null while there is no connection.</returns>
    public TimeSpan? Tick(TimeSpan now)
    {
        TimeSpan? next = null;
        foreach (BrokerConnection connection in connections)
        {
            if (DeadlineOf(connection) is not { } deadline) continue;
            if (deadline.At > now)
            {
                if (next is null || deadline.At < next) next = deadline.At;
                continue;
            }

            Count(deadline.Reason);
            if (deadline.Reason == ConnectionEnd.KeepAliveExpired) connection.Violation = ProtocolViolation.KeepAliveExpired;
            End(connection, deadline.Reason);
        }

        Settle(now);
        return next;
    }

    /// <summary>The connections with something to send or an end to be carried out, each once.</summary>
    /// <param name="into">Takes them; empty before.</param>
    public void TakeDirty(List<BrokerConnection> into)
    {
        foreach (BrokerConnection connection in dirty)
        {
            connection.IsDirty = false;
            into.Add(connection);
        }

        dirty.Clear();
    }

    /// <summary>Names a connection as one with something to do.</summary>
    internal void Touch(BrokerConnection connection)
    {
        if (connection.IsDirty) return;
        connection.IsDirty = true;
        dirty.Add(connection);
    }

    internal OutgoingBuffer RentOutput() => spareOutputs.TryPop(out OutgoingBuffer? spare) ? spare : new OutgoingBuffer();

    /// <summary>Ends a connection; what follows from that, such as its Will, is done by <see cref="Settle"/>.</summary>
    internal void End(BrokerConnection connection, ConnectionEnd reason)
    {
        if (connection.End is not null) return;
        connection.End = reason;
        ended.Push(connection);
        Counters.ConnectionsEnded++;
        if (connection.Subscriber is { } subscriber) subscriber.Connection = null;
        Touch(connection);
    }

    internal void Break(BrokerConnection connection, ProtocolViolation violation)
    {
        Counters.ProtocolViolations++;
        connection.Violation = violation;
        End(connection, ConnectionEnd.ProtocolViolation); // [MQTT-4.8.0-1]
    }

    /// <summary>Does what the end of connections brings: their Wills go out, which may end others in turn.</summary>
    internal void Settle(TimeSpan now)
    {
        while (ended.TryPop(out BrokerConnection? connection))
        {
            Subscriber? subscriber = connection.Subscriber;
            connection.Subscriber = null;
            connection.LastRoute = null;
            if (connection.Will is { } will)
            {
                connection.Will = null; // once at the most [MQTT-3.1.2-10]
                if (connection.End != ConnectionEnd.Disconnected) PublishWill(will); // [MQTT-3.1.2-8]
                will.Message.Release();
            }

            if (subscriber is not null) sessions.ConnectionEnded(subscriber, now);
        }
    }

    private static bool BeginsWithConnect(ReadOnlySpan<byte> read) => read.IsEmpty || read[0] >> 4 == (int)PacketType.Connect;

    private void TakePublish(BrokerConnection connection, FixedHeader header, ReadOnlySpan<byte> body, ReadOnlySpan<byte> whole)
    {
        if (!PublishPacket.TryRead(header, body, out PublishPacket packet, out ProtocolViolation? violation))
        {
            Break(connection, violation);
            return;
        }

        Counters.PublishesReceived++;
        Receiver receiver = connection.Subscriber!.Session.Receiver;
        if (packet.Qos == QualityOfService.AtMostOnce)
        {
            bool isShortest = whole.Length == packet.Length; // a Remaining Length in more bytes than it needs is not passed on
            Publish(connection, packet, isShortest ? whole : default);
            return;
        }

        if (receiver.Accept(packet)) Publish(connection, packet, default);
        Receiver.Acknowledge(packet.Qos, packet.PacketId, connection.Output); // [MQTT-4.3.2-2], [MQTT-4.3.3-2]
        Touch(connection);
    }

    private void Publish(BrokerConnection connection, in PublishPacket packet, ReadOnlySpan<byte> atQos0)
    {
        if (packet.Topic[0] == '$') Counters.DroppedDollar++; // the broker's own topics, 4.7.2: acknowledged and not passed on [MQTT-3.3.5-2]
        else router.Publish(packet, atQos0, connection);
    }

    private void PublishWill(Will will)
    {
        var packet = new PublishPacket { Topic = will.Message.Topic, Payload = will.Message.Payload, Qos = will.Message.Qos, Retain = will.Retain };
        router.Publish(packet, default, from: null); // [MQTT-3.1.2-16], [MQTT-3.1.2-17]
    }

    private void Take(BrokerConnection connection, FixedHeader header, ReadOnlySpan<byte> body, TimeSpan now)
    {
        ProtocolViolation? violation = null;
        Touch(connection);
        switch (header.Type)
        {
            case PacketType.Connect when connection.Subscriber is null:
                sessions.Connect(connection, body, now);
                break;
            case PacketType.Connect:
                violation = ProtocolViolation.SecondConnect; // [MQTT-3.1.0-2]
                break;
            case PacketType.PubAck:
                if (PubAckPacket.TryRead(body, out PubAckPacket pubAck, out violation)) violation = Acknowledge(connection, header.Type, pubAck.PacketId);
                break;
            case PacketType.PubRec:
                if (PubRecPacket.TryRead(body, out PubRecPacket pubRec, out violation)) violation = Acknowledge(connection, header.Type, pubRec.PacketId);
                break;
            case PacketType.PubComp:
                if (PubCompPacket.TryRead(body, out PubCompPacket pubComp, out violation)) violation = Acknowledge(connection, header.Type, pubComp.PacketId);
                break;
            case PacketType.PubRel:
                if (PubRelPacket.TryRead(body, out PubRelPacket pubRel, out violation)) connection.Subscriber!.Session.Receiver.Release(pubRel.PacketId, connection.Output);
                break;
            case PacketType.Subscribe:
                if (SubscribePacket.TryRead(body, out SubscribePacket subscribe, out violation)) sessions.Subscribe(connection, subscribe);
                break;
            case PacketType.Unsubscribe:
                if (UnsubscribePacket.TryRead(body, out UnsubscribePacket unsubscribe, out violation)) sessions.Unsubscribe(connection, unsubscribe);
                break;
            case PacketType.PingReq:
                if (PingReqPacket.TryRead(body, out _, out violation)) connection.Output.Write(new PingRespPacket()); // [MQTT-3.12.4-1]
                break;
            case PacketType.Disconnect:
                if (DisconnectPacket.TryRead(body, out _, out violation)) End(connection, ConnectionEnd.Disconnected); // [MQTT-3.14.4-3]
                break;
        }

        if (violation is not null) Break(connection, violation);
        else if (connection.Waiting > 2 * limits.OutgoingBytes) EndSlow(connection);
    }

    private ProtocolViolation? Acknowledge(BrokerConnection connection, PacketType received, ushort packetId)
    {
        ServerSession session = connection.Subscriber!.Session;
        if (session.Acknowledge(received, packetId, connection.Output) == Delivery.Outcome.Violation) return ProtocolViolation.WrongAcknowledgement;
        SendQueued(connection, session);
        return null;
    }

    private void SendQueued(BrokerConnection connection, ServerSession session)
    {
        if (session.Queued == 0 || connection.Waiting + connection.Flushing >= limits.OutgoingBytes) return;
        int sent = session.SendQueued(connection.Output);
        if (sent == 0) return;
        Counters.PublishesSent += sent;
        Touch(connection);
    }

    /// <summary>It asks and does not take the answers: nothing of QoS 0 is left to be shed.</summary>
    private void EndSlow(BrokerConnection connection)
    {
        Counters.TooSlow++;
        End(connection, ConnectionEnd.TooSlow);
    }

    private (TimeSpan At, ConnectionEnd Reason)? DeadlineOf(BrokerConnection connection)
    {
        if (connection.End is not null) return null;
        if (connection.Subscriber is null) return (connection.LastReceived + limits.ConnectTimeout, ConnectionEnd.NoConnect); // 3.1.4
        TimeSpan slow = connection.Flushing > 0 ? connection.FlushingSince + limits.SendTimeout : TimeSpan.MaxValue;
        TimeSpan silent = connection.KeepAlive > 0 ? connection.LastReceived + TimeSpan.FromSeconds(1.5 * connection.KeepAlive) : TimeSpan.MaxValue; // [MQTT-3.1.2-24]
        if (slow == TimeSpan.MaxValue && silent == TimeSpan.MaxValue) return null;
        return silent <= slow ? (silent, ConnectionEnd.KeepAliveExpired) : (slow, ConnectionEnd.TooSlow);
    }

    private void Count(ConnectionEnd reason)
    {
        if (reason == ConnectionEnd.NoConnect) Counters.ConnectTimeouts++;
        else if (reason == ConnectionEnd.KeepAliveExpired) Counters.KeepAlivesExpired++;
        else Counters.TooSlow++;
    }
}
