// SPDX-License-Identifier: MIT

using RawMqtt.Brokers;
using RawMqtt.Sessions.Journal;
using RawMqtt.Storage;
using RawMqtt.Tests.Storage;

namespace RawMqtt.Tests.Serving;

/// <summary>A broker with a real folder: what it counts, and what it says when it starts.</summary>
public sealed class JournalStartTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("rawmqtt").FullName;
    private readonly List<string> lines = [];

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(MqttDurability.Process)]
    [InlineData(MqttDurability.Disk)]
    public async Task What_is_written_is_counted(MqttDurability durability)
    {
        await using MqttBroker broker = await StartAsync(durability);
        broker.Publish("a", "x", QualityOfService.AtLeastOnce, retain: true);
        await broker.StopAsync(TestContext.Current.CancellationToken);

        MqttBrokerStatistics counted = broker.Statistics;
        Assert.Equal((1, 1, 1), (counted.JournalCommits, counted.JournalRecords, counted.JournalSegments));
        Assert.Equal(durability == MqttDurability.Disk ? 1 : 0, counted.JournalSyncs);
        Assert.InRange(counted.JournalBytes, 20, 100);
        Assert.Equal((0, 0, 0), (counted.JournalFailures, counted.JournalHolds, counted.JournalLengthReached));
    }

    [Fact]
    public async Task A_session_whose_beginning_is_damaged_is_told_once()
    {
        Write(journal => journal.BeginSession("lost"u8, null), journal => journal.Subscribe(1, "a"u8, QualityOfService.AtLeastOnce));
        string file = Path.Combine(folder, "0000000001.journal");
        byte[] bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        bytes[SegmentHeader.Length + RecordBuffer.PrefixLength] ^= 0xFF; // the kind of the first record
        await File.WriteAllBytesAsync(file, bytes, TestContext.Current.CancellationToken);

        for (int i = 0; i < 2; i++)
        {
            await using MqttBroker broker = await StartAsync(MqttDurability.Process);
            await broker.StopAsync(TestContext.Current.CancellationToken);
        }

        string lost = Assert.Single(lines, line => line.StartsWith("event=session-lost ", StringComparison.Ordinal));
        Assert.StartsWith("event=session-lost session=1 subscriptions=1 messages=0 hint=", lost, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_an_earlier_process_left_is_told_when_the_broker_starts()
    {
        Write(journal => journal.BeginSession("s"u8, null), journal => journal.Subscribe(1, "a"u8, QualityOfService.AtLeastOnce));
        await using (MqttBroker first = await StartAsync(MqttDurability.Process))
        {
            first.Publish("a", "x", QualityOfService.AtLeastOnce, retain: true);
            await first.StopAsync(TestContext.Current.CancellationToken);
        }

        await using MqttBroker second = await StartAsync(MqttDurability.Process);
        await second.StopAsync(TestContext.Current.CancellationToken);
        string[] read = [.. lines.Where(line => line.StartsWith("event=journal-read ", StringComparison.Ordinal))];
        Assert.Equal(2, read.Length);
        Assert.StartsWith($"event=journal-read folder=\"{folder}\" sessions=1 waiting=0 retained=0 ms=", read[0], StringComparison.Ordinal);
        Assert.StartsWith($"event=journal-read folder=\"{folder}\" sessions=1 waiting=1 retained=1 ms=", read[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_serves_one_broker_at_a_time()
    {
        await using (MqttBroker first = await StartAsync(MqttDurability.Process))
        {
            MqttException refused = await Assert.ThrowsAsync<MqttException>(() => StartAsync(MqttDurability.Process));
            Assert.Equal(MqttErrorCode.InvalidOptions, refused.Code);
            Assert.StartsWith($"The folder {folder} cannot be used for the broker's journal: ", refused.Message, StringComparison.Ordinal);
        }

        await using MqttBroker next = await StartAsync(MqttDurability.Process);
    }

    private Task<MqttBroker> StartAsync(MqttDurability durability) => MqttBroker.StartAsync(
        new MqttBrokerOptions
        {
            Listeners = ["mqtt://127.0.0.1:0"],
            Durability = durability,
            DataDirectory = folder,
            Log = (_, line) =>
            {
                lock (lines) lines.Add(line);
            },
        },
        TestContext.Current.CancellationToken);

    /// <summary>An earlier process notes some steps.</summary>
    private void Write(params ReadOnlySpan<Action<BrokerJournal>> steps)
    {
        using JournalFiles files = JournalFiles.Lock(folder);
        JournalFolder written = JournalFolder.Open(files, JournalOwner.Broker, 1 << 20, sync: false, new VisitedJournal());
        var journal = new BrokerJournal(new JournalNumbers(), startedAt: 1_800_000_000);
        foreach (Action<BrokerJournal> step in steps) step(journal);
        var taken = new RecordBuffer();
        var placements = new List<Placement>();
        journal.MoveTo(taken, ref placements);
        Assert.True(written.Commit(taken, sync: false).IsDone);
    }
}
