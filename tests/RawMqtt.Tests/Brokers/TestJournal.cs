// SPDX-License-Identifier: MIT

using RawMqtt.Brokers;
using RawMqtt.Sessions;
using RawMqtt.Sessions.Journal;
using RawMqtt.Storage;
using RawMqtt.Tests.Storage;

namespace RawMqtt.Tests.Brokers;

/// <summary>The journal of a <see cref="TestBroker"/>, in memory. The test says when a commit begins and when it ends.</summary>
internal sealed class TestJournal
{
    private readonly TestBroker broker;
    private readonly RecordBuffer taken = new();
    private readonly JournalFolder folder;
    private readonly JournalledBroker journalled;

    public TestJournal(TestBroker broker, int segmentLength = 1 << 20)
    {
        this.broker = broker;
        var recovered = new RecoveredBroker(broker.Core.Comparer);
        folder = JournalFolder.Open(new MemoryDisk(), JournalOwner.Broker, segmentLength, sync: false, new VisitedJournal());
        broker.Core.Parts.Turn.Journal = new BrokerJournal(recovered.Last, startedAt: 1_000_000);
        journalled = new JournalledBroker(broker.Core.Parts, broker.Core.Parts.Turn.Journal, recovered.Stored);
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
}
