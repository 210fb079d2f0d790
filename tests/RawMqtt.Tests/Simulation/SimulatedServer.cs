// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Text;
using RawMqtt.Brokers;
using RawMqtt.Codec;
using RawMqtt.Sessions;

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
    private BrokerCore core;
    private int processes;

    public SimulatedServer(World world, SimulatedStore? store = null)
    {
        (this.world, this.store) = (world, store);
        slowness = world.Chance(0.3) ? 1 : 0;
        limits = new MqttBrokerLimits
        {
            InitialInFlight = world.Random.Next(1, 21),
            ConnectTimeout = TimeSpan.FromSeconds(10),
            MaxOutgoingBytes = world.Chance(0.3) ? 500 : 1 << 20,
            MaxJournalMemory = store is not null && world.Chance(0.5) ? 500 : 1 << 20,
        };
        core = NewCore();
        world.After(TimeSpan.FromSeconds(1), Tick);
    }

    /// <summary>Whether it forgets what its journal does not say: then its own end of the wire may ask again for what it had not committed.</summary>
    public bool IsDurable => store is not null;

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
    }

    private BrokerCore NewCore()
    {
        var created = new BrokerCore(limits, hashSeed: 1, idSeed: 2);
        store?.Start(created);
        processes++;
        return created;
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
        core.Tick(world.Now);
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
