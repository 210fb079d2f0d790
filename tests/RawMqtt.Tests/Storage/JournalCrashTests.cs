// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Sessions.Journal;
using RawMqtt.Storage;

namespace RawMqtt.Tests.Storage;

/// <summary>Power failures at any step, on a disk that refuses calls at random: what was committed is there, and nothing that was never appended.</summary>
public class JournalCrashTests
{
    [Fact]
    public void What_was_committed_survives_any_power_failure_and_any_refusal()
    {
        int refusals = 0;
        int segments = 0;
        for (int seed = 1; seed <= 1500; seed++)
        {
            var run = new Run(seed);
            for (int process = 0; process < 6; process++) run.LiveAndDie();
            refusals += run.Refusals;
            segments += run.Segments;
        }

        Assert.True(refusals > 1000 && segments > 5000, $"{refusals} refusals, {segments} segments");
    }

    /// <summary>One journal over several processes.</summary>
    private sealed class Run(int seed)
    {
        private readonly Random random = new(seed);
        private readonly Dictionary<long, string> written = []; // by number: what may be there
        private readonly HashSet<long> given = []; // numbers that were never committed, and that a gap has taken
        private MemoryDisk disk = new();
        private long firstKept = 1;
        private long lastCommitted;
        private int texts;

        public int Refusals { get; private set; }

        public int Segments { get; private set; }

        public void LiveAndDie()
        {
            JournalFolder folder = Open();
            var gathering = new RecordBuffer();
            var taken = new RecordBuffer();
            var pending = new List<string>();
            int steps = random.Next(1, 25);
            int refusals = 0;
            int dies = random.Next(2) == 0 ? -1 : random.Next(40);
            disk.Refuses = (_, _) => dies-- == 0 || random.Next(12) == 0 && ++refusals > 0;
            for (int i = 0; i < steps && dies != -1; i++) Step(folder, gathering, taken, pending);
            Refusals += refusals;
            Segments += (int)(folder.NewestSegment - folder.OldestSegment);
            disk = disk.AfterPowerLoss(random);
        }

        private void Step(JournalFolder folder, RecordBuffer gathering, RecordBuffer taken, List<string> pending)
        {
            if (random.Next(8) == 0)
            {
                DeleteOldest(folder);
                return;
            }

            for (int i = random.Next(1, 6); taken.Length == 0 && i > 0; i--)
            {
                string text = $"{++texts} {new string('x', random.Next(60))}";
                gathering.Append(1, Encoding.UTF8.GetBytes(text));
                pending.Add(text);
            }

            if (taken.Length == 0) gathering.MoveTo(taken);
            for (int i = 0; i < pending.Count; i++) written[lastCommitted + 1 + i] = pending[i];
            if (!folder.Commit(taken, sync: true).IsDone) return;
            lastCommitted += pending.Count;
            pending.Clear();
        }

        private void DeleteOldest(JournalFolder folder)
        {
            uint oldest = folder.OldestSegment;
            if (oldest == folder.NewestSegment) return;
            var visited = new VisitedJournal();
            for (long? at = 0; at is not null; at = folder.Visit(oldest, at.Value, 1000, visited))
            {
            }

            try
            {
                firstKept = Math.Max(firstKept, visited.Numbers.LastOrDefault() + 1); // may be gone from now on
                folder.DeleteOldest(sync: true);
            }
            catch (IOException)
            {
                // it is there still, or it may come back
            }
        }

        private JournalFolder Open()
        {
            disk.Refuses = (_, _) => false;
            var visited = new VisitedJournal();
            JournalFolder folder = JournalFolder.Open(disk, JournalOwner.Broker, 350, sync: true, visited);
            long[] lost = [.. Range(firstKept, lastCommitted).Except(visited.Numbers).Except(given)];
            Assert.True(lost.Length == 0, $"seed {seed}: lost {string.Join(' ', lost)}. {string.Join(' ', visited.Damage)}");
            foreach ((long number, string text) in visited.Numbers.Zip(visited.Records)) Assert.Equal($"1 {written[number]}", text);
            Assert.Equal(visited.Numbers.Order().Distinct(), visited.Numbers);
            long next = Math.Max(visited.Numbers.LastOrDefault(), visited.Damage.Max(one => (long?)one.LastLost) ?? 0);
            given.UnionWith(Range(lastCommitted + 1, next).Except(visited.Numbers));
            lastCommitted = Math.Max(lastCommitted, next);
            return folder;
        }

        private static IEnumerable<long> Range(long first, long last) =>
            Enumerable.Range((int)first, Math.Max(0, (int)(last - first + 1))).Select(i => (long)i);
    }
}
