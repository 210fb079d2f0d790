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
    private readonly BrokerCore core;
    private readonly List<BrokerConnection> dirty = [];
    private readonly HashSet<Served> served = [];
    private readonly double slowness;

    public SimulatedServer(World world)
    {
        this.world = world;
        slowness = world.Chance(0.3) ? 1 : 0;
        core = new BrokerCore(new MqttBrokerLimits
        {
            InitialInFlight = world.Random.Next(1, 21),
            ConnectTimeout = TimeSpan.FromSeconds(10),
            MaxOutgoingBytes = world.Chance(0.3) ? 500 : 1 << 20
        }, hashSeed: 1, idSeed: 2);
        world.After(TimeSpan.FromSeconds(1), Tick);
    }

    /// <summary>Nothing waits and nothing is in flight.</summary>
    public bool IsIdle => core.Sessions.All.All(subscriber => subscriber.Session is { InFlight: 0, Queued: 0, Receiver.Unreleased: 0 });

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
    }

    /// <summary>No message is kept that no session needs, and of what was read no more than a packet that is not whole.</summary>
    private void CheckMemory()
    {
        int needed = core.Sessions.All.Sum(subscriber => subscriber.Session.InFlight + subscriber.Session.Queued);
        if (core.Messages.InUse > needed) throw new SimulationException($"the server keeps {core.Messages.InUse} messages and needs {needed}");
        int longest = served.Max(connection => connection.Connection.HasStopped ? 0 : (int?)connection.Unread.Count) ?? 0;
        if (longest > SimulatedClient.LongestPacket) throw new SimulationException($"the server keeps {longest} bytes of one packet");
    }

    private void Flush(BrokerConnection connection)
    {
        var carrier = (Served)connection.Carrier!;
        while (connection.BeginFlush(world.Now) is OutgoingBuffer output)
        {
            byte[] bytes = output.Written.ToArray();
            world.Note("server", "sends", bytes, MqttRole.Server);
            carrier.Link.ServerRules?.Sent(bytes, world.Now);
            carrier.Link.SendToClient(bytes);
            if (slowness > 0 && world.HasFaults) world.After(world.Delay(slowness), () => EndFlush(connection, output));
            else core.Flushed(connection, output, world.Now);
        }

        if (connection is { End: null, HasStopped: true, Pause: Pause.None } && carrier.Unread.Count > 0) Receive(carrier, []); // it was held back
        if (connection.End is null) return;
        world.Note($"server closes: {connection.End} {connection.Violation}");
        Assert.True(connection.End != MqttConnectionEnd.ProtocolViolation, $"the server found a violation: {connection.Violation}");
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
