// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Text;
using RawMqtt.Brokers;
using RawMqtt.Codec;
using RawMqtt.Sessions;
using RawMqtt.Tests.Brokers;

namespace RawMqtt.Tests.Simulation;

/// <summary>The real broker core behind simulated links.</summary>
internal sealed class SimulatedServer
{
    private readonly World world;
    private readonly MqttBrokerLimits limits;
    private readonly SimulatedStore? store;
    private readonly List<BrokerConnection> dirty = [];
    private readonly HashSet<Served> served = [];
    private readonly double slowness;
    private readonly MqttWhenQueueFull? whenFull;
    private readonly Dictionary<string, long> lost = [];
    private readonly HashSet<string> ended = [];
    private BrokerCore core;
    private int processes;

    /// <param name="world">The world.</param>
    /// <param name="store">Its journal; null for none.</param>
    /// <param name="whenFull">What happens when a queue is full: then queues are short, and the journal may be; null: none is ever full.</param>
    public SimulatedServer(World world, SimulatedStore? store = null, MqttWhenQueueFull? whenFull = null)
    {
        (this.world, this.store, this.whenFull) = (world, store, whenFull);
        slowness = world.Chance(0.3) ? 1 : 0;
        limits = new MqttBrokerLimits
        {
            InitialInFlight = world.Random.Next(1, 21),
            ConnectTimeout = TimeSpan.FromSeconds(10),
            MaxOutgoingBytes = world.Chance(0.3) ? 500 : 1 << 20,
            MaxJournalMemory = store is not null && world.Chance(0.5) ? 500 : 1 << 20,
        };
        if (whenFull is not null) limits = Narrow(limits);
        core = NewCore();
        world.After(TimeSpan.FromSeconds(1), Tick);
    }

    /// <summary>Whether it forgets what its journal does not say: then its own end of the wire may ask again for what it had not committed.</summary>
    public bool IsDurable => store is not null;

    /// <summary>Called with the client whose session ends because its queue is full, or because it was forgotten.</summary>
    public Action<string>? SessionEnded { get; set; }

    /// <summary>What all processes of the broker together had to do.</summary>
    public BoundFigures Figures { get; } = new();

    /// <summary>Nothing waits and nothing is in flight.</summary>
    public bool IsIdle => store is not { IsIdle: false }
        && core.Sessions.All.All(subscriber => subscriber.Session is { InFlight: 0, Queued: 0, Receiver.Unreleased: 0 });

    public void Accept(Link link)
    {
        var connection = new Served(core.Accept(world.Now), link);
        connection.Connection.Carrier = connection;
        served.Add(connection);
        link.ServerGets = bytes => Receive(connection, bytes);
        link.ServerLoses = () => Lose(connection);
    }

    /// <summary>The server's process ends and starts again; it keeps its sessions, as it must, and nothing that was to be sent.</summary>
    public void Crash()
    {
        world.Note("--- the server crashes");
        if (store is not null) StartAnew();
        foreach (Served connection in served.ToList())
        {
            connection.Link.Cut();
            Lose(connection);
        }
    }

    /// <summary>Another client comes with the same identifier and Clean Session, and goes: the one that had it is thrown out, and its session is
    /// gone.</summary>
    public void Forget(string clientId)
    {
        world.Note($"--- the server forgets {clientId}");
        var link = new Link(world);
        Accept(link);
        var connect = new ArrayBufferWriter<byte>();
        connect.Write(new ConnectPacket { ClientId = Encoding.UTF8.GetBytes(clientId), CleanSession = true });
        link.ServerGets!(connect.WrittenSpan);
        link.ServerLoses?.Invoke();
        SessionEnded?.Invoke(clientId);
    }

    /// <summary>What it waits for, in words.</summary>
    public string State => $"{core.Sessions.All.Count(subscriber => subscriber.Session.Queued > 0)} queues, "
        + $"{core.Connections.Count(connection => connection.Pause == Pause.Held)} held, "
        + $"{core.Parts.Turn.Room?.Length} bytes of which {core.Parts.Turn.Room?.Counting} count";

    /// <summary>Returns how many messages the broker says that the client has lost; null: so did all, with its session.</summary>
    public long? LostBy(string clientId) => ended.Contains(clientId) ? null
        : lost.GetValueOrDefault(clientId) + (core.Sessions.TryFind(Encoding.UTF8.GetBytes(clientId), out Subscriber? known) ? known.Lost : 0);

    /// <summary>Counts what this process had to do: it ends.</summary>
    public void EndProcess()
    {
        Figures.Add(core.Statistics);
        foreach (Subscriber subscriber in core.Sessions.All) CountLost(subscriber);
    }

    private MqttBrokerLimits Narrow(MqttBrokerLimits wide) => wide with
    {
        MaxOutgoingBytes = 1 << 20, // no QoS 0 is shed
        MaxQueuedMessages = world.Chance(0.3) ? 1000 : world.Random.Next(1, 6),
        JournalSegmentLength = SimulatedCarrying.SegmentLength,
        MaxJournalLength = store is null || world.Chance(0.3) ? 0 : world.Random.Next(8000, 14_000),
    };

    private BrokerCore NewCore()
    {
        var callbacks = new BrokerCallbacks { WhenQueueFull = _ => whenFull ?? MqttWhenQueueFull.DropNewest, SessionEnded = (session, _, _) => End(session) };
        var created = new BrokerCore(limits, hashSeed: 1, idSeed: 2, callbacks);
        store?.Start(created);
        processes++;
        return created;
    }

    private void End(Subscriber session)
    {
        string clientId = Encoding.UTF8.GetString(session.ClientId);
        world.Note($"--- the session of {clientId} ends: its queue is full");
        ended.Add(clientId);
        if (session.Number > 0) store?.NoteEnd(session.Number);
        SessionEnded?.Invoke(clientId);
    }

    private void CountLost(Subscriber subscriber)
    {
        string clientId = Encoding.UTF8.GetString(subscriber.ClientId);
        lost[clientId] = lost.GetValueOrDefault(clientId) + subscriber.Lost;
    }

    /// <summary>Nothing is left of the process but what its disk holds.</summary>
    private void StartAnew()
    {
        Served[] lost = [.. served];
        served.Clear();
        foreach (Served connection in lost)
        {
            (connection.Link.ServerGets, connection.Link.ServerLoses) = (null, null);
            connection.Link.Cut();
        }

        EndProcess();
        store!.End();
        core = NewCore();
        Flush();
    }

    private void BeginCommit()
    {
        if (store?.TryBegin() == true) Later(0.01, Commit);
    }

    private void Commit()
    {
        if (!store!.TryCommit()) Later(1, Commit);
        else Later(0.01, EndCommit);
    }

    private void EndCommit()
    {
        store!.EndCommit();
        store.Load(core.Parts.Turn);
        store.Carry();
        Flush();
    }

    /// <summary>Does a step of this process, if it lives so long.</summary>
    private void Later(double seconds, Action step)
    {
        int process = processes;
        world.After(world.Delay(seconds), () =>
        {
            if (process == processes) step();
        });
    }

    private void Tick()
    {
        core.Sweep(world.Now);
        if (whenFull is not null) store?.Carry(); // publishers may wait for that, and then nothing is committed
        Flush();
        world.After(TimeSpan.FromSeconds(1), Tick);
    }

    private void Receive(Served connection, ReadOnlySpan<byte> bytes)
    {
        connection.Unread.AddRange(bytes);
        do
        {
            int used = core.Receive(connection.Connection, [.. connection.Unread], world.Now);
            byte[] taken = [.. connection.Unread.Take(used)];
            WireRules? rules = connection.Link.ServerRules;
            if (rules is not null && rules.IsCurrent(connection.Link, taken)) rules.Received(taken);
            connection.Unread.RemoveRange(0, used);
        }
        while (connection is { Connection: { End: null, HasStopped: true, Pause: Pause.None }, Unread.Count: > 0 }); // its turn was over
        Flush();
    }

    private void Lose(Served connection)
    {
        if (!served.Remove(connection)) return;
        core.Lost(connection.Connection, world.Now);
        Flush();
    }

    /// <summary>What one call left to be done, as the shell of the broker does it.</summary>
    private void Flush()
    {
        do
        {
            dirty.Clear();
            core.TakeDirty(dirty);
            foreach (BrokerConnection connection in dirty.ToArray()) Flush(connection); // a flush may lead to others
        }
        while (dirty.Count > 0);
        CheckMemory();
        if (store is null) return;
        if (core.Parts.Turn.IsLoadWanted) Later(0.01, () => Load());
        BeginCommit();
    }

    private void Load()
    {
        store!.Load(core.Parts.Turn);
        Flush();
    }

    /// <summary>No message is kept that no session needs and that is no Will, and of what was read no more than a packet that is not whole.</summary>
    private void CheckMemory()
    {
        int needed = core.Sessions.All.Sum(subscriber => subscriber.Session.InFlight + subscriber.Session.Queued)
            + served.Count(one => one.Connection.Will is not null);
        if (core.Messages.InUse > needed) throw new SimulationException($"the server keeps {core.Messages.InUse} messages and needs {needed}");
        int longest = served.Max(connection => connection.Connection.HasStopped ? 0 : (int?)connection.Unread.Count) ?? 0;
        if (longest > SimulatedClient.LongestPacket) throw new SimulationException($"the server keeps {longest} bytes of one packet");
    }

    private void Flush(BrokerConnection connection)
    {
        var carrier = (Served)connection.Carrier!;
        core.Parts.Turn.AwaitCommit(connection);
        while (connection.BeginFlush(world.Now, store?.Committed ?? 0) is OutgoingBuffer output)
        {
            byte[] bytes = output.Written.ToArray();
            world.Note("server", "sends", bytes, MqttRole.Server);
            carrier.Link.ServerRules?.Sent(bytes, world.Now);
            carrier.Link.SendToClient(bytes);
            if (slowness > 0 && world.HasFaults) Later(slowness, () => EndFlush(connection, output));
            else core.Flushed(connection, output, world.Now);
        }

        if (connection is { End: null, HasStopped: true, Pause: Pause.None } && carrier.Unread.Count > 0) Receive(carrier, []); // it was held back
        if (connection.End is null || !connection.IsDrained(store?.Closable ?? 0)) return;
        world.Note($"server closes: {connection.End} {connection.Violation}");
        Assert.True(connection.End != MqttConnectionEnd.ProtocolViolation, $"the server found a violation: {connection.Violation}");
        carrier.Link.IsDisconnected = connection.End == MqttConnectionEnd.Disconnected;
        carrier.Link.CloseByServer();
        if (served.Remove(carrier)) core.Lost(connection, world.Now);
    }

    private void EndFlush(BrokerConnection connection, OutgoingBuffer output)
    {
        core.Flushed(connection, output, world.Now);
        Flush(connection);
        Flush();
    }

    private sealed class Served(BrokerConnection connection, Link link)
    {
        public BrokerConnection Connection => connection;

        public Link Link => link;

        public List<byte> Unread { get; } = [];
    }
}
