// SPDX-License-Identifier: MIT

using RawMqtt.Brokers;
using RawMqtt.Sessions;
using RawMqtt.Sessions.Journal;
using RawMqtt.Storage;
using RawMqtt.Tests.Storage;

namespace RawMqtt.Tests.Brokers;

/// <summary>The journal of a <see cref="TestBroker"/>, in memory. The test says when a commit begins and when it ends, and which broker comes next.</summary>
internal sealed class TestJournal
{
    private readonly TestBroker broker;
    private readonly MemoryDisk disk;
    private readonly RecordBuffer taken = new();
    private readonly JournalFolder folder;
    private readonly JournalledBroker journalled;

    public TestJournal(TestBroker broker, int segmentLength = 1 << 20)
        : this(broker, segmentLength, new MemoryDisk())
    {
    }

    private TestJournal(TestBroker broker, int segmentLength, MemoryDisk disk)
    {
        (this.broker, this.disk) = (broker, disk);
        var recovered = new RecoveredBroker(broker.Core.Comparer);
        folder = JournalFolder.Open(disk, JournalOwner.Broker, segmentLength, sync: false, new RecoveringVisitor(recovered, new VisitedJournal()));
        journalled = new JournalledBroker(broker.Core.Parts, new BrokerJournal(recovered.Last, startedAt: 1_000_000), recovered.Stored);
        journalled.Restore(recovered, Read, startedAt: 1_000_000);
    }

    /// <summary>The number of the newest segment.</summary>
    public uint Newest => folder.NewestSegment;

    /// <summary>The process of the broker was killed, and another one begins with what was committed.</summary>
    public TestJournal RestartedBy(TestBroker next) => new(next, 1 << 20, disk);

    public JournalRoom Room => journalled.Room;

    public bool HoldsLittle => journalled.HoldsLittle;

    /// <summary>The files have another length, and what waited for that goes on.</summary>
    public void Measure(long length)
    {
        journalled.Room.Measure(length, hasOlder: true);
        journalled.EndHolds(broker.Now);
        broker.Flush();
    }

    /// <summary>Begins a commit, and ends it.</summary>
    public void Commit()
    {
        BeginCommit();
        EndCommit();
    }

    /// <summary>Takes what was noted; it is not written yet.</summary>
    public void BeginCommit() => journalled.BeginCommit(taken);

    public void EndCommit()
    {
        Assert.True(folder.Commit(taken, sync: false).IsDone);
        journalled.EndCommit(taken.Appended, folder.PlaceOf, broker.Now);
        broker.Flush();
    }

    /// <summary>Reads what sessions wait for.</summary>
    public void Load()
    {
        var subscribers = new List<Subscriber>();
        broker.Core.Parts.Turn.TakeToLoad(subscribers);
        foreach (Subscriber subscriber in subscribers)
        {
            var places = new StoredMessage[10];
            int count = JournalledBroker.BeginLoad(subscriber, places, mostBytes: 10_000);
            for (int i = 0; i < count; i++) journalled.Load(subscriber, places[i], Read(places[i].Place));
            journalled.EndLoad(subscriber, broker.Now);
        }

        broker.Flush();
    }

    /// <summary>Notes once more what counts of the oldest segment.</summary>
    public void CarryOldest()
    {
        CarryingForward carrying = journalled.CarryingForward();
        var oldest = new Records();
        folder.Visit(folder.OldestSegment, 0, int.MaxValue, oldest);
        foreach ((BrokerRecord kind, byte[] fields) in oldest.All) carrying.Carry(kind, fields, folder.OldestSegment, folder.NewestSegment);
    }

    public void DeleteOldest() => folder.DeleteOldest(sync: false);

    private ReadOnlySpan<byte> Read(JournalPlace place) =>
        folder.TryRead(place, new byte[place.Length], out SealedRecord record) ? record.Fields : default;

    private sealed class Records : IJournalVisitor
    {
        public List<(BrokerRecord Kind, byte[] Fields)> All { get; } = [];

        public void Visit(SealedRecord record) => All.Add(((BrokerRecord)record.Kind, record.Fields.ToArray()));

        public void Visit(JournalDamage damage) => Assert.Fail("There is no damage.");
    }
}
