// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Codec;
using RawMqtt.Sessions;

namespace RawMqtt.Tests.Simulation;

/// <summary>The real client session behind simulated links: publishes numbered messages, keeps what it receives, reconnects.</summary>
internal sealed class SimulatedClient
{
    /// <summary>No packet in these worlds has more bytes.</summary>
    public const int LongestPacket = 100;

    private readonly World world;
    private readonly SimulatedServer server;
    private readonly WireRules rules;
    private readonly WireRules serverRules;
    private readonly ClientTraits traits;
    private readonly OutgoingBuffer output = new();
    private readonly SimulatedDisk? disk;
    private ClientSession session;
    private readonly List<byte> unread = [];
    private readonly Publications publications;
    private readonly string[] filters;
    private readonly bool clean;
    private Link? link;
    private ushort subscribing;
    private bool mustSubscribe;
    private readonly SuspectWatch watch;
    private bool hasTimer;
    private ConnectionWill? will;

    public SimulatedClient(World world, SimulatedServer server, string name, bool clean, bool hasDisk, string[] filters)
    {
        this.world = world;
        this.server = server;
        this.clean = clean;
        this.filters = filters;
        Name = name;
        rules = new WireRules(name, MqttRole.Client);
        watch = new SuspectWatch(name);
        publications = new Publications(name);
        serverRules = new WireRules($"the server towards {name}", MqttRole.Server);
        traits = ClientTraits.Draw(world);
        if (hasDisk) disk = new SimulatedDisk(name);
        session = NewSession();
        world.After(world.Delay(1), Connect);
    }

    public string Name { get; }

    public bool HasDisk => disk is not null;

    /// <summary>The server has confirmed the subscriptions of a session that lasts.</summary>
    public bool IsSubscribed { get; private set; }

    public IReadOnlyList<Published> Messages => publications.Messages;

    public HashSet<string> SentAgain => rules.SentAgain;

    /// <summary>What the application was given, in its order.</summary>
    public List<string> Received { get; } = [];

    /// <summary>What came again because the process ended before the application was done with it: perhaps after later ones that it was done with.</summary>
    public HashSet<string> TakenAnew { get; } = [];

    /// <summary>The Wills of its connections; the last one belongs to the connection that it has.</summary>
    public List<ConnectionWill> Wills { get; } = [];

    public int Connections { get; private set; }

    public bool IsSettled => publications.IsSettled;

    public bool IsIdle => publications.IsSent && session.InFlight == 0 && session.Unanswered == 0 && session.IsConnected;

    public void Publish(string topic, QualityOfService qos)
    {
        publications.Add(topic, qos, session.IsConnected);
        SendWaiting();
        Flush();
    }

    /// <summary>The client's process stops for a moment and keeps its session, as it must: in memory, or on its disk when it ends for good.</summary>
    public void Crash()
    {
        if (link is null) return;
        bool ends = disk is not null && world.Chance(0.5);
        world.Note($"--- {Name} {(ends ? "ends, and starts anew" : "crashes")}");
        link.Cut();
        Lose(isByServer: false);
        if (ends) StartAnew();
    }

    /// <summary>The client sends DISCONNECT, and comes back later.</summary>
    public void Leave()
    {
        if (link is null || !session.IsConnected) return;
        world.Note($"--- {Name} leaves");
        session.Disconnect(output);
        if (will is not null) will.IsDisconnecting = true;
        Flush();
        Close();
    }

    /// <summary>The server discards the session. If the CONNACK that says so is lost, no client can tell, and QoS 2 in flight is sent again.</summary>
    public void IsForgotten()
    {
        publications.AreForgotten();
        server.Forget(Name);
    }

    public void SessionEnded()
    {
        watch.Forgotten();
        serverRules.Discarded();
    }

    /// <summary>What was noted and is not on the disk never happened; a message that the application was not done with is new to it.</summary>
    private void StartAnew()
    {
        foreach (string payload in disk!.StartAnew(world, rules))
        {
            Received.RemoveAt(Received.LastIndexOf(payload));
            TakenAnew.Add(payload);
        }

        session = NewSession();
        if (session.Restore(disk.Read()).Count > 0) throw new SimulationException($"{Name}: a message was noted and never sent");
    }

    private ClientSession NewSession() => new(traits.InFlightLimit, 1 << 20, traits.PingTimeout, disk?.Journal)
    { RepublishesQos1 = true, CarefulPackets = traits.CarefulPackets };

    /// <summary>Puts on the disk what was noted.</summary>
    private void Save()
    {
        if (disk is null) return;
        disk.Write();
        rules.Saved();
    }

    private void Connect()
    {
        unread.Clear();
        output.Reset();
        rules.NewConnection();
        int number = ++Connections;
        link = new Link(world) { ServerRules = server.IsDurable ? null : serverRules, ClientGets = Receive };
        Link mine = link;
        link.ClientLoses = () => Lose(isByServer: !mine.IsCut);
        server.Accept(link);
        will = traits.HasWill ? new ConnectionWill($"{ConnectionWill.Begin} {Name} {number}", (QualityOfService)world.Random.Next(3), world.Now, link) : null;
        if (will is not null) Wills.Add(will);
        session.Connect(ConnectionWill.PacketWith(will, Name, clean, traits.KeepAlive), world.Now, output);
        Flush();
        world.After(TimeSpan.FromSeconds(30), () =>
        {
            if (Connections == number && link is not null && !session.IsConnected) Close();
        });
    }

    private void Close()
    {
        world.Note($"{Name} closes");
        link!.CloseByClient();
        Lose(isByServer: false, isTimedOut: true);
    }

    private void Lose(bool isByServer, bool isTimedOut = false)
    {
        if (link is null) return;
        if (isByServer) watch.EndedByServer(session);
        world.Note($"{Name} has lost its connection");
        (link.ClientGets, link.ClientLoses) = (null, null);
        link = null;
        session.ConnectionLost(isBroken: !isTimedOut);
        mustSubscribe = false;
        if (clean) publications.LoseInFlight(session);
        world.After(world.Delay(world.Chance(0.2) ? 60 : 2), Connect);
    }

    private void Receive(ReadOnlySpan<byte> bytes)
    {
        unread.AddRange(bytes);
        byte[] all = [.. unread];
        ReadOnlySpan<byte> rest = all;
        while (true)
        {
            int before = rest.Length;
            bool happens = session.TryReceive(ref rest, world.Now, output, out SessionEvent happened);
            rules.Received(all.AsSpan(all.Length - before, before - rest.Length));
            if (!happens) break;
            Handle(happened);
        }

        unread.RemoveRange(0, all.Length - rest.Length);
        if (unread.Count > LongestPacket) throw new SimulationException($"{Name} keeps {unread.Count} bytes of one packet");
        Flush();
        SetTimer();
    }

    private void Handle(in SessionEvent happened)
    {
        switch (happened.Kind)
        {
            case SessionEventKind.Connected:
                if (will is not null) will.IsAccepted = true;
                if (happened.SessionLost) publications.LoseInFlight(session);
                watch.Connected(happened.SessionPresent, clean);
                mustSubscribe = filters.Length > 0 && !(happened.SessionPresent && IsSubscribed);
                break;
            case SessionEventKind.Subscribed when happened.PacketId == subscribing:
                IsSubscribed = !clean;
                break;
            case SessionEventKind.Message:
                Take(happened);
                break;
            case SessionEventKind.Delivered:
                watch.Answered(happened.PacketId);
                publications.Delivered(happened.PacketId);
                break;
            case SessionEventKind.Violation:
                throw new SimulationException($"{Name} found a violation: {happened.Violation}");
            case SessionEventKind.Refused:
                throw new SimulationException($"{Name} was refused: {happened.ReturnCode}");
        }

        SendWaiting();
        if (session.InFlight > traits.InFlightLimit) throw new SimulationException($"{Name}: {session.InFlight} in flight, {traits.InFlightLimit} allowed");
        if (session.KeptMessages > session.InFlight) throw new SimulationException($"{Name} keeps {session.KeptMessages} messages of {session.InFlight}");
    }

    private void Take(in SessionEvent happened)
    {
        Received.Add(Encoding.UTF8.GetString(happened.Payload));
        Receipt receipt = happened.Receipt;
        if (receipt.Qos == QualityOfService.AtMostOnce) return;
        var message = new Held(Received[^1], receipt);
        disk?.Held.Add(message);
        if (traits.Slowness == 0 || world.Chance(0.5)) Acknowledge(session, receipt, message);
        else
        {
            ClientSession process = session;
            world.After(world.Delay(traits.Slowness), () =>
            {
                if (process != session) return; // it has ended
                Acknowledge(process, receipt, message); // perhaps out of order, perhaps on the next connection
                Flush();
            });
        }
    }

    private void Acknowledge(ClientSession process, Receipt receipt, Held message)
    {
        process.Acknowledge(receipt, output);
        message.IsDone = true;
    }

    private void SendWaiting()
    {
        if (mustSubscribe && session.CanSubscribe)
        {
            mustSubscribe = false;
            subscribing = session.Subscribe(FilterBytes.Of(filters), output);
        }

        publications.Send(session, output);
    }

    private void Flush()
    {
        if (output.Length > 0 || world.Chance(0.5)) Save();
        if (output.Length == 0 || link is null) return;
        world.Note(Name, "sends", output.Written.Span, MqttRole.Client);
        rules.Sent(output.Written.Span, world.Now);
        link.SendToServer(output.Written.Span);
        session.Leaving(world.Now, output.Length);
        session.Sent(world.Now);
        output.Reset();
        SetTimer();
    }

    private void SetTimer()
    {
        if (hasTimer || session.NextDeadline is not TimeSpan deadline) return;
        hasTimer = true;
        int number = Connections;
        world.At(deadline, () =>
        {
            hasTimer = false;
            if (link is not null && Connections != number) SetTimer();
            if (link is null || Connections != number) return;
            if (world.Now - deadline > TimeSpan.FromSeconds(1)) rules.Excuse(); // the clock jumped
            if (!session.Tick(world.Now, output)) Close();
            else if (output.Length > 0) Flush();
            else SetTimer();
        });
    }
}
