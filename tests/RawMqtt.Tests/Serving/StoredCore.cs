// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Text;
using RawMqtt.Brokers;
using RawMqtt.Codec;
using RawMqtt.Serving;
using RawMqtt.Sessions.Journal;
using RawMqtt.Storage;
using RawMqtt.Tests.Storage;

namespace RawMqtt.Tests.Serving;

/// <summary>A broker's core with a journal in memory, of which the session of anna has one message in the journal alone.</summary>
internal sealed class StoredCore
{
    public StoredCore(long segmentLength = 1 << 20, MqttBrokerLimits? limits = null)
    {
        Limits = (limits ?? new MqttBrokerLimits()) with { JournalSegmentLength = segmentLength };
        Core = new BrokerCore(Limits, hashSeed: 1, idSeed: 2);
        Reports = new BrokerReports(events: null, log = new BrokerLog((_, line) => lines.Add(line), 1 << 20, Time));
        var recovered = new RecoveredBroker(Core.Comparer);
        Write(segmentLength);
        Folder = JournalFolder.Open(Disk, JournalOwner.Broker, segmentLength, sync: false, new JournalReplay(recovered, Reports));
        Broker = new JournalledBroker(Core.Parts, new BrokerJournal(recovered.Last, startedAt: 1_800_000_000), recovered.Stored);
        Reader = new RecordReader(Folder);
        Broker.Restore(recovered, Reader.Read, startedAt: 1_800_000_000);
        Locked = new LockedCore(Core, Time);
        Locked.Committer = Committer = new Committer(Locked, Broker, Folder, isSynced: false, Reports, Time);
        Anna = Core.Sessions.All.Single();
    }

    public MemoryDisk Disk { get; } = new();

    public HeldTimers Time { get; } = new();

    public MqttBrokerLimits Limits { get; }

    public BrokerCore Core { get; }

    public LockedCore Locked { get; }

    public Committer Committer { get; }

    public JournalFolder Folder { get; }

    public JournalledBroker Broker { get; }

    public RecordReader Reader { get; }

    public BrokerReports Reports { get; }

    public Subscriber Anna { get; }

    private readonly List<string> lines = [];
    private readonly BrokerLog log;

    public async Task<List<string>> LinesAsync()
    {
        await log.CompleteAsync();
        return lines;
    }

    public JournalCarrier Carrier() =>
        new(Locked, Broker, Folder, Committer, Reports, new MqttBrokerOptions { TimeProvider = Time, Limits = Limits });

    /// <summary>What the next process finds.</summary>
    public RecoveredBroker Recover()
    {
        var recovered = new RecoveredBroker(Core.Comparer);
        JournalFolder.Open(Disk.Copy(), JournalOwner.Broker, Limits.JournalSegmentLength, sync: false, new RecoveringVisitor(recovered, new VisitedJournal()));
        return recovered;
    }

    /// <summary>A client connects.</summary>
    public ServedConnection Connect(string clientId, bool cleanSession, string? willTopic = null)
    {
        var served = new ServedConnection(socket: null, listener: "") { Stream = Stream.Null };
        using (CoreUse use = Locked.Enter())
        {
            served.Connection = use.Core.Accept(use.Now);
            served.Connection.Carrier = served;
        }

        byte[] will = Encoding.UTF8.GetBytes(willTopic ?? "");
        Send(served, new ConnectPacket
        {
            ClientId = Encoding.UTF8.GetBytes(clientId),
            CleanSession = cleanSession,
            HasWill = willTopic is not null,
            WillTopic = will,
            WillMessage = will,
        });
        return served;
    }

    /// <summary>A client sends a packet.</summary>
    /// <returns>False if it is held: then it must be sent again.</returns>
    public bool Send<TPacket>(ServedConnection client, TPacket packet)
        where TPacket : IControlPacket, allows ref struct
    {
        byte[] bytes = new byte[packet.Length];
        packet.Write(bytes);
        return Locked.Receive(client, bytes, out _) > 0;
    }

    public void Subscribe(ServedConnection client, params ReadOnlySpan<string> filters)
    {
        var payload = new ArrayBufferWriter<byte>();
        foreach (string filter in filters)
            SubscriptionList.Write(payload, new Subscription { Filter = Encoding.UTF8.GetBytes(filter), Qos = QualityOfService.AtLeastOnce });
        Assert.True(Send(client, new SubscribePacket { PacketId = 1, Subscriptions = SubscriptionList.Read(payload.WrittenSpan) }));
    }

    /// <summary>A client publishes at QoS 1.</summary>
    /// <returns>False if it is held.</returns>
    public bool Publish(ServedConnection client, string topic, string payload, bool retain = false) => Send(client, new PublishPacket
    {
        Topic = Encoding.UTF8.GetBytes(topic),
        Payload = Encoding.UTF8.GetBytes(payload),
        Qos = QualityOfService.AtLeastOnce,
        PacketId = 1,
        Retain = retain,
    });

    public void Lose(ServedConnection client) => Locked.Remove(client);

    /// <summary>Notes a step, and begins the commit.</summary>
    public void Note()
    {
        using CoreUse use = Locked.Enter();
        Broker.Journal.LeaveSession(Anna.Number, TimeSpan.FromSeconds(1));
        _ = Committer.AwaitAsync(Broker.Journal.Position);
    }

    private void Write(long segmentLength)
    {
        JournalFolder folder = JournalFolder.Open(Disk, JournalOwner.Broker, segmentLength, sync: false, new VisitedJournal());
        var journal = new BrokerJournal(new JournalNumbers(), startedAt: 1_800_000_000);
        journal.BeginSession("anna"u8, null);
        journal.LeaveSession(1, TimeSpan.FromSeconds(1));
        journal.BeginPublish(0, 0, will: 0);
        journal.Deliver(1, 0, QualityOfService.AtLeastOnce, retain: false);
        journal.EndPublish("waits"u8, "payload"u8, QualityOfService.AtLeastOnce, kept: null);
        var taken = new RecordBuffer();
        var placements = new List<Placement>();
        journal.MoveTo(taken, ref placements);
        Assert.True(folder.Commit(taken, sync: false).IsDone);
    }
}
