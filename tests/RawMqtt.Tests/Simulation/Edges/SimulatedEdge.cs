// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Text;
using RawMqtt.Brokers;
using RawMqtt.Clients;
using RawMqtt.Codec;
using RawMqtt.Sessions;

namespace RawMqtt.Tests.Simulation.Edges;

/// <summary>An edge: a real broker core, and a bridge of two real client sessions that acknowledges to the one what the other has delivered.</summary>
internal sealed class SimulatedEdge
{
    private static readonly TimeSpan connectTimeout = TimeSpan.FromSeconds(30);

    private readonly World world;
    private readonly EdgeCenter center;
    private readonly string name;
    private readonly BrokerCore core = new(new MqttBrokerLimits { MaxQueuedMessages = 1, MaxQueuedBytes = 1 }, hashSeed: 1, idSeed: 2);
    private readonly List<BrokerConnection> dirty = [];
    private readonly BrokerConnection own;
    private readonly ClientSession local = new(inFlightLimit: 100, 1 << 20, pingTimeout: TimeSpan.FromSeconds(10));
    private readonly ClientSession remote = new(inFlightLimit: 100, 1 << 20, pingTimeout: TimeSpan.FromSeconds(10)) { RepublishesQos1 = true };
    private readonly OutgoingBuffer toCore = new();
    private readonly OutgoingBuffer toCenter = new();
    private readonly Queue<Passing> underWay = new();
    private readonly Queue<Passing> waiting = new();
    private readonly Dictionary<ushort, Passing> inFlight = [];
    private readonly List<byte> unread = [];
    private readonly ReconnectDelays delays;
    private Link? link;
    private TimeSpan connectedAt;
    private int attempt;
    private int published;

    public SimulatedEdge(World world, EdgeCenter center, string name)
    {
        this.world = world;
        this.center = center;
        this.name = name;
        delays = new ReconnectDelays(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60), world.Random.NextDouble);
        own = core.Accept(world.Now);
        (own.IsOwn, own.Queue) = (true, new QueueBounds(1_000_000, 1 << 20));
        local.Connect(new ConnectPacket { ClientId = "bridge"u8, IsBridge = true }, world.Now, toCore);
        PassToCore();
        local.Subscribe(FilterBytes.Of(["#"]), toCore);
        PassToCore();
        world.After(world.Delay(30), Dial);
    }

    public bool IsConnected => remote.IsConnected;

    /// <summary>Attempts to connect, from the first on.</summary>
    public int Attempts => attempt;

    /// <summary>Messages that wait here and are not acknowledged by the center.</summary>
    public int Waiting => own.Subscriber!.Session.InFlight + own.Subscriber.Session.Queued;

    public long Dropped => core.Statistics.MessagesDropped;

    /// <summary>A client of the edge publishes.</summary>
    public void Publish()
    {
        byte[] payload = Encoding.UTF8.GetBytes((published++).ToString(CultureInfo.InvariantCulture));
        core.TryPublish(new PublishPacket { Topic = Encoding.UTF8.GetBytes(name), Payload = payload, Qos = QualityOfService.AtLeastOnce }, world.Now);
        TakeFromCore();
        PassOn();
    }

    /// <summary>The line breaks, which the edge notices at once and the center perhaps late.</summary>
    public void Cut()
    {
        link?.Cut();
        Lose();
    }

    private void Dial()
    {
        int number = ++attempt;
        bool isOver = false;
        world.After(connectTimeout, () =>
        {
            if (number != attempt || remote.IsConnected) return;
            isOver = true;
            delays.Failed();
            Close();
            world.After(delays.Next(), Dial);
        });
        center.Dial(() =>
        {
            if (number == attempt && !isOver) Open();
        });
    }

    private void Open()
    {
        link = new Link(world);
        link.ClientGets = Receive;
        link.ClientLoses = Lose;
        center.Accept(link);
        unread.Clear();
        toCenter.Reset();
        remote.Connect(new ConnectPacket { ClientId = Encoding.UTF8.GetBytes(name) }, world.Now, toCenter);
        PassOn();
    }

    private void Lose()
    {
        if (link is null) return;
        bool wasConnected = remote.IsConnected;
        if (wasConnected) delays.Lost(world.Now - connectedAt);
        else delays.Failed();
        Close();
        attempt++; // the timeout of this attempt is void
        world.After(delays.Next(), Dial);
    }

    private void Close()
    {
        link?.CloseByClient();
        link = null;
        remote.ConnectionLost();
    }

    private void Receive(ReadOnlySpan<byte> bytes)
    {
        unread.AddRange(bytes);
        byte[] all = [.. unread];
        ReadOnlySpan<byte> rest = all;
        while (remote.TryReceive(ref rest, world.Now, toCenter, out SessionEvent happened))
        {
            if (happened.Kind == SessionEventKind.Violation) throw new SimulationException($"{name} found a violation: {happened.Violation}");
            if (happened.Kind == SessionEventKind.Connected) connectedAt = world.Now;
            if (happened.Kind == SessionEventKind.Delivered && inFlight.Remove(happened.PacketId, out Passing? passing)) passing.IsDone = true;
        }

        unread.RemoveRange(0, all.Length - rest.Length);
        Acknowledge();
        PassOn();
    }

    /// <summary>In the order in which the messages came.</summary>
    private void Acknowledge()
    {
        while (underWay.TryPeek(out Passing? first) && first.IsDone) local.Acknowledge(underWay.Dequeue().Receipt, toCore);
        PassToCore();
    }

    private void PassToCore()
    {
        while (toCore.Length > 0)
        {
            byte[] bytes = toCore.Written.ToArray();
            toCore.Reset();
            ReadOnlySpan<byte> rest = bytes;
            do
            {
                rest = rest[core.Receive(own, rest, world.Now)..];
                TakeFromCore();
            }
            while (rest.Length > 0 && own is { End: null, HasStopped: true, Pause: Pause.None }); // its turn was over
            if (rest.Length > 0) throw new SimulationException($"{name}: the own broker left bytes");
        }
    }

    private void TakeFromCore()
    {
        dirty.Clear();
        core.TakeDirty(dirty);
        while (dirty.Count > 0 && own.BeginFlush(world.Now) is OutgoingBuffer output)
        {
            byte[] bytes = output.Written.ToArray();
            core.Flushed(own, output, world.Now);
            ReadOnlySpan<byte> rest = bytes;
            while (local.TryReceive(ref rest, world.Now, toCore, out SessionEvent happened))
            {
                if (happened.Kind != SessionEventKind.Message) continue;
                var passing = new Passing(happened.Payload.ToArray(), happened.Receipt);
                underWay.Enqueue(passing);
                waiting.Enqueue(passing);
            }
        }
    }

    private void PassOn()
    {
        while (waiting.TryPeek(out Passing? passing) && remote.CanPublish)
        {
            waiting.Dequeue();
            inFlight.Add(remote.Publish(Encoding.UTF8.GetBytes(name), passing.Payload, QualityOfService.AtLeastOnce, retain: false, toCenter), passing);
        }

        if (toCenter.Length == 0 || link is null) return;
        link.SendToServer(toCenter.Written.Span);
        toCenter.Reset();
    }

    private sealed record Passing(byte[] Payload, Receipt Receipt)
    {
        public bool IsDone { get; set; }
    }
}
