// SPDX-License-Identifier: MIT

using System.Buffers;
using RawMqtt.Codec;
using RawMqtt.Sessions;

namespace RawMqtt.Brokers;

/// <summary>The broker without sockets and without a clock: bytes and the time go in, bytes for any number of connections come out.</summary>
/// <remarks>One thread at a time. Each call may leave connections with something to be sent or to be closed: <see cref="TakeDirty"/>.</remarks>
internal sealed class BrokerCore
{
    private const int StepsOfRead = 500; // about what the system calls and the un-framing take

    private readonly MqttBrokerLimits limits;
    private readonly BrokerTurn turn = new();
    private readonly SpareOutputs outputs = new();
    private readonly ConnectionList connections = new();
    private readonly UnfinishedPackets unfinished;
    private readonly SlowReaders slow;
    private readonly JournalHolds holds;
    private readonly Replays replays;
    private readonly Deliveries deliveries;
    private readonly Router router;
    private readonly ConnectionEnds ends;
    private readonly PacketsFromClient packets;
    private readonly SystemTopics systemTopics;

    /// <param name="limits">The broker's limits.</param>
    /// <param name="hashSeed">A random number that no peer learns.</param>
    /// <param name="idSeed">Another one, which appears in the identifiers of clients that have none.</param>
    /// <param name="callbacks">What the shell wants to know; null for nothing.</param>
    public BrokerCore(MqttBrokerLimits limits, ulong hashSeed, uint idSeed, BrokerCallbacks? callbacks = null)
    {
        callbacks ??= new BrokerCallbacks();
        var comparer = new Utf8Comparer(hashSeed);
        (this.limits, Comparer) = (limits, comparer);
        Subscriptions = new SubscriptionTree(comparer);
        Retained = new RetainedMessages(comparer, limits, turn.Statistics);
        unfinished = new UnfinishedPackets(turn, limits, comparer, connections);
        var drops = new DropReports(turn, callbacks.Dropped);
        slow = new SlowReaders(turn, limits, Messages);
        holds = new JournalHolds(turn);
        var refusals = new RefusalReports(turn, callbacks.Refused);
        replays = new Replays(turn, limits, slow, Retained, Messages, callbacks.CanRead);
        var filters = new ClientFilters(turn, limits, comparer, Subscriptions, Retained, replays, refusals);
        Sessions = new SessionList(turn, limits, comparer, filters);
        deliveries = new Deliveries(turn, slow, new FullQueues(turn, slow, Sessions, drops, callbacks), replays, drops);
        router = new Router(turn, Subscriptions, Retained, Messages, Sessions, slow, holds, deliveries, drops, comparer, callbacks);
        ends = new ConnectionEnds(turn, slow, router, Sessions, refusals, callbacks);
        var opening = new SessionOpening(turn, limits, Messages, slow, Sessions, ends, deliveries, idSeed, callbacks);
        packets = new PacketsFromClient(turn, limits, slow, holds, deliveries, router, filters, opening, refusals, callbacks);
        systemTopics = new SystemTopics(turn, Sessions, Subscriptions, Retained, Messages, router);
        Sweeps = new Sweeps(turn, limits, connections, slow, holds, Sessions, replays, deliveries, ends);
        Parts = new BrokerParts(turn, limits, slow, holds, Subscriptions, Sessions, filters, Retained, Messages, router, deliveries, ends);
    }

    /// <summary>The parts, for what a journal adds.</summary>
    public BrokerParts Parts { get; }

    public MqttBrokerStatistics Statistics => turn.Statistics;

    /// <summary>Compares names and topics.</summary>
    public Utf8Comparer Comparer { get; }

    public SubscriptionTree Subscriptions { get; }

    public RetainedMessages Retained { get; }

    /// <summary>The messages that are kept for any purpose.</summary>
    public ApplicationMessagePool Messages { get; } = new();

    public SessionList Sessions { get; }

    /// <summary>Ends what lasts too long.</summary>
    public Sweeps Sweeps { get; }

    /// <summary>The connections that are open or whose loss the shell has not reported yet.</summary>
    public IReadOnlyCollection<BrokerConnection> Connections => connections;

    private bool IsTurnOver => turn.Steps >= limits.MaxTurnSteps || replays.IsTurnOver;

    /// <summary>Adds a network connection that was accepted; its CONNECT must follow in time.</summary>
    public BrokerConnection Accept(TimeSpan now)
    {
        var connection = new BrokerConnection(outputs, now);
        connections.Add(connection);
        Statistics.Connections++;
        return connection;
    }

    /// <summary>Takes all whole packets of what was read, unless the connection is paused.</summary>
    /// <returns>The number of bytes used. The caller passes the rest again, with what follows or when the pause is over.</returns>
    public int Receive(BrokerConnection connection, ReadOnlySpan<byte> read, TimeSpan now)
    {
        turn.Now = now;
        int received = read.Length - connection.Left;
        connection.BytesReceived += received;
        connection.Left = 0;
        connection.HasStopped = connection.End is null && connection.Pause != Pause.None;
        if (connection.End is not null) return read.Length; // [MQTT-3.1.4-5]
        connection.Left = read.Length;
        if (connection.HasStopped)
        {
            if (connection.Pause == Pause.Held) packets.TakeAhead(connection, read);
            ends.CarryOut();
            return connection.End is null ? 0 : read.Length;
        }

        if (connection.Subscriber is null) CheckFirstPacket(connection, read);

        replays.BeginTurn();
        turn.Steps = connection.Steps + (received > 0 ? StepsOfRead : 0);
        if (connection.Subscriber is { Replay: not null } subscriber) deliveries.SendWaiting(subscriber);
        int used = 0;
        var reader = new PacketReader(read, MqttRole.Client, limits.MaxPacketLength);
        while (connection.End is null && (used == 0 || !IsTurnOver)) // a call takes one packet at least
        {
            OperationStatus status = reader.Read();
            if (status == OperationStatus.NeedMoreData) break;
            if (status == OperationStatus.InvalidData) turn.End(connection, reader.Violation!);
            else if (!connection.IsTaken(reader) && !packets.Take(connection, reader.Header, reader.Body, read[used..reader.Consumed]))
            {
                connection.HasStopped = true;
                break;
            }

            used = reader.Consumed;
            connection.PacketsReceived++;
            turn.Steps++;
        }

        if (connection.EndCall(turn.Steps, IsTurnOver) && connection.End is null)
        {
            connection.HasStopped = true;
            if (replays.IsTurnOver) Statistics.ReplaysPaused++;
            else Statistics.TurnsEnded++;
        }

        connection.Ahead = Math.Max(0, connection.Ahead - used);
        if (connection.Pause == Pause.Held) packets.TakeAhead(connection, read[used..]);
        if (!connection.HasStopped) connection.IsHoldOver = false;
        // bytes are life too, see PacketProgress [MQTT-3.1.2-24]
        if (connection.Subscriber is not null && (received > 0 || used > 0)) connection.LastReceived = now;
        Statistics.BytesReceived += used;
        connection.Left = read.Length - used;
        if (connection.HasStopped || connection.Left > 0 || connection.Subscriber is { Replay: not null }) Sweeps.LookSoon(connection);
        if (connection.End is null) unfinished.Set(connection, connection.HasStopped && connection.Subscriber is not null ? 0 : connection.Left);
        ends.CarryOut();
        return connection.End is null ? used : read.Length;
    }

    /// <summary>Answers the packet that the connection waits with; the shell then passes that packet again.</summary>
    public static void Answer(BrokerConnection connection, HookAnswer answer)
    {
        if (connection.Pause != Pause.Asks) return;
        connection.Answer = answer;
        connection.Pause = Pause.None;
    }

    /// <summary>Removes a network connection that is gone.</summary>
    public void Lost(BrokerConnection connection, TimeSpan now)
    {
        End(connection, MqttConnectionEnd.Lost, now);
        unfinished.Set(connection, 0);
        connections.Remove(connection);
    }

    /// <summary>Ends a connection from this side.</summary>
    public void End(BrokerConnection connection, MqttConnectionEnd reason, TimeSpan now)
    {
        turn.Now = now;
        turn.End(connection, reason);
        ends.CarryOut();
    }

    /// <summary>Publishes a message of the program itself, also to topics that begin with $, which are never refused.</summary>
    /// <returns>False if the journal has no room for it: then nothing has happened.</returns>
    public bool TryPublish(in PublishPacket packet, TimeSpan now)
    {
        turn.Now = now;
        if (turn.Room is { RefusesProgram: true } && packet.Topic[0] != '$' && router.IsNoted(packet, from: null)) return false;
        router.Publish(packet, default, from: null);
        ends.CarryOut();
        return true;
    }

    /// <summary>Begins a subscription of the program itself; it gets the retained messages before this returns, if they are
    /// committed.</summary>
    public Subscriber Subscribe(ReadOnlySpan<byte> filter, QualityOfService qos, LocalReceiver receiver)
    {
        var subscriber = new Subscriber([], userName: null, new ServerSession(1, 1, 1), cleanSession: true) { Local = receiver };
        Subscriptions.Add(subscriber, filter, qos);
        replays.SendAll(subscriber, filter, qos);
        return subscriber;
    }

    /// <summary>Ends a subscription of the program itself.</summary>
    public void Unsubscribe(Subscriber subscriber, ReadOnlySpan<byte> filter, TimeSpan now)
    {
        Subscriptions.Remove(subscriber, filter);
        ResumePublishers(subscriber, now);
    }

    /// <summary>Lets the publishers go on that waited for a subscription of the program.</summary>
    public void ResumePublishers(Subscriber subscriber, TimeSpan now)
    {
        turn.Now = now;
        slow.EndHoldForProgram(subscriber);
    }

    /// <summary>Ends the flush that took <paramref name="output"/>: the buffer is used again, and what waited for the connection is sent.</summary>
    public void Flushed(BrokerConnection connection, OutgoingBuffer output, TimeSpan now)
    {
        turn.Now = now;
        Statistics.BytesSent += output.Length;
        connection.EndFlush();
        outputs.Return(output);
        slow.NoteFlushed(connection);
        replays.BeginTurn();
        if (connection.Subscriber is { } subscriber) deliveries.SendWaiting(subscriber);
    }

    /// <summary>Lets publishers go on that slow readers have held back for as long as they may.</summary>
    /// <returns>When the next call is due; null while no publisher is held back.</returns>
    public TimeSpan? EndHolds(TimeSpan now)
    {
        turn.Now = now;
        return slow.EndHolds();
    }

    /// <summary>Forgets what the predicates of <see cref="BrokerCallbacks"/> answered.</summary>
    public void ReloadAccess() => Subscriptions.Renew();

    /// <summary>Publishes the broker's figures that have changed.</summary>
    public void PublishSystemTopics(TimeSpan now)
    {
        turn.Now = now;
        systemTopics.Publish(now);
        ends.CarryOut();
    }

    /// <summary>Moves the connections with something to send, an end to be carried out or a pause that is over to <paramref name="into"/>, each once.</summary>
    public void TakeDirty(List<BrokerConnection> into)
    {
        turn.TakeDirty(into);
        foreach (BrokerConnection connection in into) Sweeps.Note(connection);
    }

    /// <summary>Puts a connection among those that <see cref="TakeDirty"/> takes.</summary>
    public void MarkDirty(BrokerConnection connection) => turn.MarkDirty(connection);

    /// <summary>Judges the first packet by its header: nothing is buffered for a packet that cannot be a CONNECT.</summary>
    private void CheckFirstPacket(BrokerConnection connection, ReadOnlySpan<byte> read)
    {
        if (!read.IsEmpty && read[0] >> 4 != (int)PacketType.Connect)
        {
            turn.End(connection, ProtocolViolation.FirstPacketNotConnect);
        }
        else if (
            FixedHeader.TryRead(read, MqttRole.Client, out FixedHeader header, out _) == OperationStatus.Done && header.PacketLength > limits.MaxConnectLength)
        {
            Statistics.ConnectsTooLong++;
            connection.Limit = nameof(limits.MaxConnectLength);
            turn.End(connection, ProtocolViolation.PacketTooLarge);
        }
    }
}
