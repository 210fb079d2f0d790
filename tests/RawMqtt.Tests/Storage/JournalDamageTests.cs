// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Sessions.Journal;
using RawMqtt.Storage;

namespace RawMqtt.Tests.Storage;

/// <summary>Whatever byte is wrong, no record comes that was not written, and all that is missing is told.</summary>
public class JournalDamageTests
{
    private readonly MemoryDisk whole = Journal();

    [Theory]
    [InlineData(0xFF)]
    [InlineData(0x01)]
    public void Each_inverted_byte_costs_one_record_at_most_and_is_told_once(byte mask)
    {
        VisitedJournal all = Visit(whole.Copy());
        Assert.Empty(all.Damage);
        foreach (string name in whole.List())
        {
            for (int i = 0; i < whole[name].Length; i++)
            {
                MemoryDisk disk = whole.Copy();
                disk[name][i] ^= mask;
                byte[] damaged = [.. disk[name]];
                VisitedJournal visited = Visit(disk);

                JournalDamage told = Assert.Single(visited.Damage);
                Assert.True(i >= told.Offset && i < told.Offset + told.Length, $"{name} {i}: {told}");
                AssertRest(all, visited, i < SegmentHeader.Length ? 0 : 1);
                Assert.Equal(told.Kind == JournalDamageKind.Tail ? damaged[(int)told.Offset..] : damaged, disk[told.KeptAs!]);
                AssertGoesOn(disk, visited);
            }
        }
    }

    [Fact]
    public void Each_cut_is_told_unless_it_is_at_the_end_of_a_record_of_the_last_segment()
    {
        VisitedJournal all = Visit(whole.Copy());
        string last = whole.List().Last();
        foreach (string name in whole.List())
        {
            uint number = uint.Parse(name[..10]);
            HashSet<uint> ends = [.. all.Places.Where(place => place.Segment == number).Select(place => place.End), SegmentHeader.Length];
            for (int length = 0; length < whole[name].Length; length++)
            {
                MemoryDisk disk = whole.Copy();
                disk[name] = disk[name][..length];
                VisitedJournal visited = Visit(disk);

                bool isSilent = name == last && ends.Contains((uint)length);
                Assert.True(isSilent == (visited.Damage.Count == 0), $"{name} {length}: {visited.Damage.FirstOrDefault()}");
                AssertRest(all, visited, all.Places.Count(place => place.Segment == number && place.End > length));
                AssertGoesOn(disk, visited);
            }
        }
    }

    [Fact]
    public void Inverted_bytes_in_many_places_cost_no_more_than_their_records()
    {
        VisitedJournal all = Visit(whole.Copy());
        for (int seed = 0; seed < 2000; seed++)
        {
            var random = new Random(seed);
            MemoryDisk disk = whole.Copy();
            for (int i = random.Next(1, 12); i > 0; i--)
            {
                byte[] file = disk[disk.List().ElementAt(random.Next(disk.List().Count()))];
                int from = random.Next(SegmentHeader.Length, file.Length);
                random.NextBytes(file.AsSpan(from, Math.Min(random.Next(1, 40), file.Length - from)));
            }

            VisitedJournal visited = Visit(disk);
            AssertRest(all, visited, all.Records.Count);
            Assert.All(all.Numbers.Except(visited.Numbers), number => Assert.True(visited.Tells(number), $"seed {seed}: {number}"));
            AssertGoesOn(disk, visited);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Segment_without_any_header_is_set_aside_and_told(bool isLast)
    {
        VisitedJournal all = Visit(whole.Copy());
        MemoryDisk disk = whole.Copy();
        string name = isLast ? whole.List().Last() : whole.List().ElementAt(1);
        disk[name][20] ^= 1;
        disk[name][SegmentHeader.CopyLength + 20] ^= 1;
        VisitedJournal visited = Visit(disk);

        AssertRest(all, visited, all.Places.Count(place => JournalSegment.NameOf(place.Segment) == name));
        Assert.All(all.Numbers.Except(visited.Numbers), number => Assert.True(visited.Tells(number)));
        Assert.Contains(name + ".damaged", disk.List());
        AssertGoesOn(disk, visited);
    }

    [Fact]
    public void Segment_that_is_missing_between_others_is_told()
    {
        MemoryDisk disk = whole.Copy();
        disk.Delete(whole.List().ElementAt(1));
        VisitedJournal visited = Visit(disk);

        JournalDamage told = Assert.Single(visited.Damage);
        long[] lost = [.. Visit(whole.Copy()).Numbers.Except(visited.Numbers)];
        Assert.Equal((lost[0], lost[^1], lost.Length), (told.FirstLost, told.LastLost, told.LastLost - told.FirstLost + 1));
        AssertGoesOn(disk, visited);
    }

    [Fact]
    public void Newer_version_and_another_owner_are_refused_and_nothing_is_changed()
    {
        foreach ((SegmentHeader header, string words) in new[]
        {
            (new SegmentHeader(JournalOwner.Broker, 3, default, 1, Version: 3), "format version 3"),
            (new SegmentHeader(JournalOwner.Client, 3, default, 1), "a Client, not of a Broker"),
        })
        {
            MemoryDisk disk = whole.Copy();
            disk["0000000001.journal"][200] ^= 1;
            disk["0000000003.journal"] = new byte[SegmentHeader.Length];
            header.Write(disk["0000000003.journal"]);
            var refused = Assert.Throws<InvalidDataException>(() => Visit(disk));
            Assert.Contains(words, refused.Message, StringComparison.Ordinal);
            Assert.Empty(disk.Calls);
        }
    }

    /// <summary>What is left is right and in order, and no more than so many are missing.</summary>
    private static void AssertRest(VisitedJournal all, VisitedJournal visited, int mostMissing)
    {
        Dictionary<long, string> written = all.Numbers.Zip(all.Records).ToDictionary();
        Assert.All(visited.Numbers.Zip(visited.Records), one => Assert.Equal(written[one.First], one.Second));
        Assert.Equal(visited.Numbers.Order().Distinct(), visited.Numbers);
        Assert.InRange(visited.Numbers.Count, all.Numbers.Count - mostMissing, all.Numbers.Count);
    }

    /// <summary>The next process reads the same without a word, and records that follow are read too.</summary>
    private static void AssertGoesOn(MemoryDisk disk, VisitedJournal visited)
    {
        var again = new VisitedJournal();
        JournalFolder folder = JournalFolder.Open(disk, JournalOwner.Broker, 400, sync: true, again);
        Assert.Equal(visited.Records, again.Records);
        Assert.Empty(again.Damage);
        var more = new RecordBuffer();
        more.Append(1, "more"u8);
        Assert.True(folder.Commit(more, sync: true).IsDone);

        again = Visit(disk);
        Assert.Equal([.. visited.Records, "1 more"], again.Records);
        Assert.Empty(again.Damage);
    }

    private static VisitedJournal Visit(MemoryDisk disk)
    {
        var visited = new VisitedJournal();
        JournalFolder.Open(disk, JournalOwner.Broker, 400, sync: true, visited);
        return visited;
    }

    /// <summary>Three segments with records of several kinds and lengths, one without fields, and some whose payloads are whole records.</summary>
    private static MemoryDisk Journal()
    {
        var disk = new MemoryDisk();
        JournalFolder folder = JournalFolder.Open(disk, JournalOwner.Broker, 400, sync: true, new VisitedJournal());
        var buffer = new RecordBuffer();
        var other = new RecordBuffer();
        for (byte i = 0; i < 20; i++)
        {
            if (i % 6 == 5) buffer.Append((byte)(i + 1), [i], other.Records); // sealed for this segment's number, with another key
            else buffer.Append((byte)(i + 1), Encoding.ASCII.GetBytes(new string((char)('a' + i), i % 5 * 4)));
            other.Clear();
            other.Append(1, "forged"u8);
            Sealing.Seal(other.Records, new SegmentKey(new byte[SegmentKey.Length]), i + 2);
            Assert.True(folder.Commit(buffer, sync: true).IsDone);
        }

        Assert.Equal(3, disk.List().Count());
        return disk;
    }
}
