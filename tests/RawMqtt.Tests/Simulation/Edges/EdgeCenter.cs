// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Text;
using RawMqtt.Brokers;
using RawMqtt.Codec;
using RawMqtt.Sessions;
using RawMqtt.Tests.Brokers;

namespace RawMqtt.Tests.Simulation.Edges;

/// <summary>The broker that all edges bridge to: a real core that makes so many opening handshakes a second, and counts the numbered messages of each
/// topic.</summary>
internal sealed class EdgeCenter
{
    private readonly World world;
    private readonly BrokerCore core = new(new MqttBrokerLimits(), hashSeed: 1, idSeed: 2);
    private readonly List<BrokerConnection> dirty = [];
    private readonly Dictionary<string, int> next = [];
    private readonly TimeSpan handshake;
    private TimeSpan free;

    public EdgeCenter(World world, int handshakesPerSecond)
    {
        this.world = world;
        handshake = TimeSpan.FromSeconds(1.0 / handshakesPerSecond);
        core.Subscribe("#"u8, QualityOfService.AtLeastOnce, Count);
        world.After(TimeSpan.FromSeconds(1), Tick);
    }

    /// <summary>Messages that came for the first time.</summary>
    public int Arrived { get; private set; }

    public int Duplicates { get; private set; }

    /// <summary>Makes a handshake when those before it are done, and then calls back.</summary>
    public void Dial(Action done)
    {
        free = (free > world.Now ? free : world.Now) + handshake;
        world.At(free, done);
    }

    public void Accept(Link link)
    {
        BrokerConnection connection = core.Accept(world.Now);
        connection.Carrier = link;
        var unread = new List<byte>();
        link.ServerGets = bytes => Receive(connection, unread, bytes);
        link.ServerLoses = () =>
        {
            core.Lost(connection, world.Now);
            Flush();
        };
    }

    private void Tick()
    {
        core.Sweep(world.Now);
        Flush();
        world.After(TimeSpan.FromSeconds(1), Tick);
    }

    private void Receive(BrokerConnection connection, List<byte> unread, ReadOnlySpan<byte> bytes)
    {
        unread.AddRange(bytes);
        do unread.RemoveRange(0, core.Receive(connection, [.. unread], world.Now));
        while (connection is { End: null, HasStopped: true, Pause: Pause.None } && unread.Count > 0); // its turn was over
        Flush();
    }

    private void Flush()
    {
        do
        {
            dirty.Clear();
            core.TakeDirty(dirty);
            foreach (BrokerConnection connection in dirty.ToArray()) Flush(connection);
        }
        while (dirty.Count > 0);
    }

    private void Flush(BrokerConnection connection)
    {
        var link = (Link)connection.Carrier!;
        while (connection.BeginFlush(world.Now) is OutgoingBuffer output)
        {
            link.SendToClient(output.Written.Span);
            core.Flushed(connection, output, world.Now);
        }

        if (connection.End is null) return;
        if (connection.End == MqttConnectionEnd.ProtocolViolation) throw new SimulationException($"the center found a violation: {connection.Violation}");
        link.CloseByServer();
        core.Lost(connection, world.Now);
    }

    private bool Count(in PublishPacket message)
    {
        string topic = Encoding.UTF8.GetString(message.Topic);
        int number = int.Parse(message.Payload, CultureInfo.InvariantCulture);
        int expected = next.GetValueOrDefault(topic);
        if (number > expected) throw new SimulationException($"{topic}: {number} came, and {expected} was next");
        if (number < expected)
        {
            Duplicates++;
            return false;
        }

        next[topic] = number + 1;
        Arrived++;
        return false;
    }
}
