// SPDX-License-Identifier: MIT

using RawMqtt.Brokers;
using RawMqtt.Serving;
using RawMqtt.Sessions.Journal;
using RawMqtt.Storage;
using RawMqtt.Tests.Storage;

namespace RawMqtt.Tests.Serving;

/// <summary>A broker's core with a journal in memory, of which the session of anna has one message in the journal alone.</summary>
internal sealed class StoredCore
{
    public StoredCore(long segmentLength = 1 << 20)
    {
        Reports = new BrokerReports(events: null, log = new BrokerLog((_, line) => lines.Add(line), 1 << 20, Time));
        var recovered = new RecoveredBroker(Core.Comparer);
        Write(segmentLength);
        Folder = JournalFolder.Open(Disk, JournalOwner.Broker, segmentLength, sync: false, new JournalReplay(recovered, Reports));
        Core.Parts.Turn.Journal = new BrokerJournal(recovered.Last, startedAt: 1_800_000_000);
        Broker = new JournalledBroker(Core.Parts, Core.Parts.Turn.Journal, recovered.Stored);
        Reader = new RecordReader(Folder);
        Broker.Restore(recovered, Reader.Read, startedAt: 1_800_000_000);
        Locked = new LockedCore(Core, Time);
        Locked.Committer = Committer = new Committer(Locked, Broker, Folder, isSynced: false, Reports, Time);
        Anna = Core.Sessions.All.Single();
    }

    public MemoryDisk Disk { get; } = new();

    public HeldTimers Time { get; } = new();

    public BrokerCore Core { get; } = new(new MqttBrokerLimits(), hashSeed: 1, idSeed: 2);

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
