// SPDX-License-Identifier: MIT

using RawMqtt.Brokers;
using RawMqtt.Sessions.Journal;
using RawMqtt.Storage;
using RawMqtt.Tests.Storage;

namespace RawMqtt.Tests.Brokers;

/// <summary>A broker with a journal allocates nothing per message once it is warm: noting, committing, and what leaves after the commit.</summary>
public sealed class JournalledAllocationTests : IDisposable
{
    private const int Rounds = 1000;
    private const int Messages = 3; // in each commit
    private const int Readers = 3;

    private readonly string data = Path.Combine(Directory.CreateTempSubdirectory("rawmqtt-journal-").FullName, "data");
    private readonly RecordBuffer taken = new();
    private readonly List<BrokerConnection> dirty = [];
    private BrokerCore broker = null!;
    private JournalledBroker journalled = null!;
    private JournalFolder folder = null!;
    private Func<int, int, JournalPlace> placeOf = null!;

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(data)!, recursive: true);

    [Theory]
    [InlineData(1, 20, false)]
    [InlineData(2, 20, false)]
    [InlineData(1, 1, false)] // with a window of one message the others wait in the queue
    [InlineData(2, 1, false)]
    [InlineData(1, 20, true)]
    [InlineData(2, 20, true)]
    [InlineData(1, 1, true)]
    [InlineData(2, 1, true)]
    public void A_message_to_kept_sessions_costs_no_memory(int qos, int window, bool isOnDisk)
    {
        using JournalFiles? files = isOnDisk ? JournalFiles.Lock(data) : null;
        Open(files ?? (IJournalDisk)new NullDisk(), window);
        BrokerConnection publisher = Connect('p');
        BrokerConnection[] readers = [.. Enumerable.Range(0, Readers).Select(i => Connect((char)('a' + i)))];
        foreach (BrokerConnection reader in readers) broker.Receive(reader, [0x82, 8, 0, 1, 0, 3, .. "a/b"u8, (byte)qos], default);
        byte[] publish = [(byte)(0x30 | qos << 1), 11, 0, 3, .. "a/b"u8, 0, 9, 1, 2, 3, 4];
        byte[] release = qos == 2 ? [0x62, 2, 0, 9] : [];
        byte[] answers = [.. Enumerable.Range(1, 4).SelectMany(id => AnswersTo((byte)id, qos))];
        for (int i = 0; i < Rounds; i++) Round(publisher, readers, publish, release, answers);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Rounds; i++) Round(publisher, readers, publish, release, answers);
        long after = GC.GetAllocatedBytesForCurrentThread();

        Assert.Equal(0, after - before);
        Assert.Equal(2 * Rounds * Messages * Readers, broker.Statistics.MessagesSent);
        Assert.Equal(window == 1, broker.Statistics.MessagesQueued > 0);
        Assert.Equal(0, broker.Messages.InUse);
        Assert.Equal(journalled.Journal.Position, journalled.Committed);
    }

    private void Open(IJournalDisk disk, int window)
    {
        broker = new BrokerCore(new MqttBrokerLimits { InitialInFlight = window, MaxInFlight = window }, 1, 2);
        var recovered = new RecoveredBroker(broker.Comparer);
        folder = JournalFolder.Open(disk, JournalOwner.Broker, 1 << 30, sync: false, new VisitedJournal());
        placeOf = folder.PlaceOf;
        broker.Parts.Turn.Journal = new BrokerJournal(recovered.Last, startedAt: 1_800_000_000);
        journalled = new JournalledBroker(broker.Parts, broker.Parts.Turn.Journal, recovered.Stored);
    }

    private void Round(BrokerConnection publisher, BrokerConnection[] readers, byte[] publish, byte[] release, byte[] answers)
    {
        for (int message = 0; message < Messages; message++)
        {
            broker.Receive(publisher, publish, default);
            if (release.Length > 0) broker.Receive(publisher, release, default);
        }

        Commit();
        for (int message = 0; message < Messages; message++)
        {
            foreach (BrokerConnection reader in readers) broker.Receive(reader, answers, default); // those for nothing are unknown
            Commit();
        }
    }

    /// <summary>What the shell does: what waits for the journal leaves when that is written.</summary>
    private void Commit()
    {
        Flush();
        journalled.BeginCommit(taken);
        if (!folder.Commit(taken, sync: false).IsDone) throw new InvalidOperationException("The disk refuses.");
        journalled.EndCommit(taken.Appended, placeOf, default);
        Flush();
    }

    private void Flush()
    {
        broker.TakeDirty(dirty);
        foreach (BrokerConnection connection in dirty)
        {
            broker.Parts.Turn.AwaitCommit(connection);
            if (connection.BeginFlush(default, journalled.Committed) is { } output) broker.Flushed(connection, output, default);
        }

        dirty.Clear();
    }

    private BrokerConnection Connect(char clientId)
    {
        BrokerConnection connection = broker.Accept(default);
        broker.Receive(connection, [0x10, 13, 0, 4, .. "MQTT"u8, 4, 0, 0, 0, 0, 1, (byte)clientId], default);
        return connection;
    }

    private static byte[] AnswersTo(byte id, int qos) => qos == 1 ? [0x40, 2, 0, id] : [0x50, 2, 0, id, 0x70, 2, 0, id];
}
