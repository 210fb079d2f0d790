// SPDX-License-Identifier: MIT

using System.Buffers;
using RawMqtt.Codec;
using RawMqtt.Sessions;

namespace RawMqtt.Brokers;

/// <summary>Hears of a message and of the connection that it came on.</summary>
internal delegate void PublishObserver(BrokerConnection connection, in PublishPacket packet);

/// <summary>The broker without sockets and without a clock: bytes and the time go in, bytes for any number of connections come out.</summary>
/// <remarks>One thread at a time. Each call may leave connections with something to be sent or to be closed: <see cref="TakeDirty"/>.</remarks>
internal sealed class BrokerCore
{
    private readonly MqttBrokerLimits limits;
    private readonly PacketsFromClient packets;
    private readonly HashSet<BrokerConnection> connections = [];
    private readonly Stack<BrokerConnection> ended = new();
    private readonly List<BrokerConnection> dirty = [];

    /// <param name="limits">What bounds it.</param>
    /// <param name="seed">A random number.</param>
    public BrokerCore(MqttBrokerLimits limits, ulong seed)
    {
        var comparer = new Utf8Comparer(seed);
        this.limits = limits;
        OutgoingLimit = limits.MaxOutgoingBytes;
        Router = new Router(this, limits, comparer);
        Sessions = new SessionList(this, limits, comparer, seed);
        packets = new PacketsFromClient(this, limits);
    }

    public MqttBrokerStatistics Statistics { get; } = new();

    public Router Router { get; }

    public SessionList Sessions { get; }

    /// <summary>The connections that stand or are not yet <see cref="Lost"/>.</summary>
    public IReadOnlyCollection<BrokerConnection> Connections => connections;

    /// <summary>The packets that a connection waits with until they are answered: <see cref="Pause.Asks"/>.</summary>
    public AskedPackets Asked { get; init; }

    /// <summary>Told of each CONNECT that was accepted; null: nobody is.</summary>
    public Action<BrokerConnection, Subscriber>? Connected { get; init; }

    /// <summary>Told of each connection that ended, and of its client if its CONNECT had been accepted; null: nobody is.</summary>
    public Action<BrokerConnection, Subscriber?>? Ended { get; init; }

    /// <summary>Told of each message of a client that is passed on; null: nobody is.</summary>
    public PublishObserver? Published { get; init; }

    /// <summary>Where connections get their buffers from.</summary>
    internal SpareOutputs Outputs { get; } = new();

    /// <summary>Bytes that may wait to be sent on one connection now: fewer while there are too many on all together.</summary>
    internal int OutgoingLimit { get; private set; }

    /// <summary>The time of the call that is under way.</summary>
    internal TimeSpan Now { get; private set; }

    /// <summary>A network connection was accepted; its CONNECT is due.</summary>
    public BrokerConnection Accept(TimeSpan now)
    {
        var connection = new BrokerConnection(this, now);
        connections.Add(connection);
        Statistics.Connections++;
        return connection;
    }

    /// <summary>Takes all whole packets of what was read, unless the connection is paused.</summary>
    /// <returns>The number of bytes used; the rest is to be given again with what follows, or when the pause is over.</returns>
    public int Receive(BrokerConnection connection, ReadOnlySpan<byte> read, TimeSpan now)
    {
        Now = now;
        connection.HasStopped = connection.End is null && connection.Pause != Pause.None;
        if (connection.End is not null) return read.Length; // [MQTT-3.1.4-5]
        if (connection.HasStopped) return 0;
        if (connection.Subscriber is null) CheckFirstPacket(connection, read);

        Router.Replays.BeginTurn();
        if (connection.Subscriber is { Replay: not null } subscriber) Router.SendWaiting(subscriber);
        int used = 0;
        var reader = new PacketReader(read, MqttRole.Client, limits.MaxPacketLength);
        while (connection.End is null && !Router.Replays.TurnIsOver)
        {
            OperationStatus status = reader.Read();
            if (status == OperationStatus.NeedMoreData) break;
            if (status == OperationStatus.InvalidData) Break(connection, reader.Violation!);
            else if (!packets.Take(connection, reader.Header, reader.Body, read[used..reader.Consumed]))
            {
                connection.HasStopped = true;
                break;
            }

            used = reader.Consumed;
        }

        if (connection.End is null && Router.Replays.TurnIsOver)
        {
            connection.HasStopped = true;
            Statistics.ReplaysPaused++;
        }

        if (used > 0) connection.LastReceived = now;
        Statistics.BytesReceived += used;
        Settle();
        return connection.End is null ? used : read.Length;
    }

    /// <summary>The answer to the packet that the connection waits with; it is to be received again.</summary>
    public static void Answer(BrokerConnection connection, HookAnswer answer)
    {
        if (connection.Pause != Pause.Asks) return;
        connection.Answer = answer;
        connection.Pause = Pause.None;
    }

    /// <summary>The network connection is gone.</summary>
    public void Lost(BrokerConnection connection, TimeSpan now)
    {
        End(connection, MqttConnectionEnd.Lost, now);
        connections.Remove(connection);
    }

    /// <summary>Ends a connection from this side.</summary>
    public void End(BrokerConnection connection, MqttConnectionEnd reason, TimeSpan now)
    {
        Now = now;
        End(connection, reason);
        Settle();
    }

    /// <summary>Publishes a message of the program itself, also to topics that begin with $.</summary>
    public void Publish(in PublishPacket packet, TimeSpan now)
    {
        Now = now;
        Router.Publish(packet, default, from: null);
        Settle();
    }

    /// <summary>Begins a subscription of the program itself; it gets the retained messages before this returns.</summary>
    public Subscriber Subscribe(ReadOnlySpan<byte> filter, QualityOfService qos, LocalReceiver receiver)
    {
        var subscriber = new Subscriber([], userName: null, new ServerSession(1, 1, 1), cleanSession: true) { Local = receiver };
        Router.Subscriptions.Add(subscriber, filter, qos);
        Router.Replays.Send(receiver, filter, qos);
        return subscriber;
    }

    /// <summary>Ends a subscription of the program itself.</summary>
    public void Unsubscribe(Subscriber subscriber, ReadOnlySpan<byte> filter) => Router.Subscriptions.Remove(subscriber, filter);

    /// <summary>The flush that took <paramref name="output"/> is over; the buffer may be used again.</summary>
    public void Flushed(BrokerConnection connection, OutgoingBuffer output, TimeSpan now)
    {
        Now = now;
        Statistics.BytesSent += output.Length;
        connection.EndFlush();
        Outputs.Return(output);
        Router.Replays.BeginTurn();
        if (connection.Subscriber is { } subscriber) Router.SendWaiting(subscriber);
    }

    /// <summary>Ends the connections whose time is over.</summary>
    /// <returns>When to come again at the latest; null while nothing waits for time.</returns>
    public TimeSpan? Tick(TimeSpan now)
    {
        Now = now;
        TimeSpan? next = Router.Tick();
        Sessions.Tick();
        Router.Replays.BeginTurn();
        long outgoing = 0;
        foreach (BrokerConnection connection in connections)
        {
            outgoing += connection.Unsent;
            if (connection.Subscriber is { Replay: not null } subscriber) Router.SendWaiting(subscriber);
            if (Deadline.Of(connection, limits) is not { } deadline) continue;
            if (deadline.At <= now) EndByTime(connection, deadline.Reason);
            else if (next is null || deadline.At < next) next = deadline.At;
        }

        ShareOutgoing(outgoing);
        Settle();
        return next;
    }

    /// <summary>The connections with something to send, an end to be carried out or a pause that is over, each once.</summary>
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

    /// <summary>Ends a connection; what follows from that, such as its Will, is done by <see cref="Settle"/>.</summary>
    internal void End(BrokerConnection connection, MqttConnectionEnd reason)
    {
        if (connection.End is not null) return;
        connection.End = reason;
        connection.Pause = Pause.None;
        if (connection.Subscriber is { } subscriber) subscriber.Connection = null;
        ended.Push(connection);
        Touch(connection);
    }

    internal void Break(BrokerConnection connection, ProtocolViolation violation)
    {
        Statistics.ProtocolViolations++;
        if (violation == ProtocolViolation.PacketTooLarge) Statistics.PacketsTooLong++;
        connection.Violation = violation;
        End(connection, MqttConnectionEnd.ProtocolViolation); // [MQTT-4.8.0-1]
    }

    /// <summary>Does what the end of connections brings: their Wills go out.</summary>
    internal void Settle()
    {
        while (ended.TryPop(out BrokerConnection? connection))
        {
            Subscriber? subscriber = connection.Subscriber;
            Will? will = connection.Will;
            connection.Subscriber = null;
            connection.LastRoute = null;
            connection.Will = null; // once at the most [MQTT-3.1.2-10]
            if (will is not null && connection.End != MqttConnectionEnd.Disconnected) Publish(will); // [MQTT-3.1.2-8]
            will?.Message.Release();
            if (subscriber is not null) Sessions.ConnectionEnded(subscriber);
            Ended?.Invoke(connection, subscriber);
        }
    }

    /// <summary>By its header alone: nothing is buffered for what cannot be a CONNECT.</summary>
    private void CheckFirstPacket(BrokerConnection connection, ReadOnlySpan<byte> read)
    {
        if (!read.IsEmpty && read[0] >> 4 != (int)PacketType.Connect)
        {
            Break(connection, ProtocolViolation.FirstPacketNotConnect);
        }
        else if (FixedHeader.TryRead(read, MqttRole.Client, out FixedHeader header, out _) == OperationStatus.Done && header.PacketLength > limits.MaxConnectLength)
        {
            Statistics.ConnectsTooLong++;
            Break(connection, ProtocolViolation.PacketTooLarge);
        }
    }

    private void ShareOutgoing(long outgoing)
    {
        OutgoingLimit = limits.MaxOutgoingBytes;
        if (outgoing <= limits.MaxTotalOutgoingBytes) return;
        Statistics.AllOutgoingReached++;
        OutgoingLimit = (int)Math.Clamp(limits.MaxTotalOutgoingBytes / connections.Count, 1, OutgoingLimit);
    }

    private void Publish(Will will)
    {
        var packet = new PublishPacket { Topic = will.Message.Topic, Payload = will.Message.Payload, Qos = will.Message.Qos, Retain = will.Retain };
        if (packet.Topic[0] == '$') Statistics.MessagesNotAllowed++; // 4.7.2
        else Router.Publish(packet, default, from: null); // [MQTT-3.1.2-16], [MQTT-3.1.2-17]
    }

    private void EndByTime(BrokerConnection connection, MqttConnectionEnd reason)
    {
        switch (reason)
        {
            case MqttConnectionEnd.NoConnect:
                Statistics.ConnectTimeouts++;
                break;
            case MqttConnectionEnd.KeepAliveExpired:
                Statistics.KeepAlivesExpired++;
                connection.Violation = ProtocolViolation.KeepAliveExpired;
                break;
            default:
                Statistics.TooSlow++;
                break;
        }

        End(connection, reason);
    }
}
