// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Sessions;
using RawMqtt.Sessions.Journal;

namespace RawMqtt.Tests.Sessions.Journal;

/// <summary>A session file with all kinds of records, each byte inverted and each length cut: no message comes that was not written, and it is told.</summary>
public class SessionDamageTests
{
    /// <summary>Also those that were over: damage to the record that says so brings them back.</summary>
    private static readonly string[] Written = ["sent 1", "released 2", "delivered 3", "dropped 4", "queued/\u00e9 5", "stored 6", "done 7"];

    private readonly byte[] whole = File.ReadAllBytes(Path.Combine(FormatVersionTests.Folder, "client-version-2"));

    [Fact]
    public void Each_inverted_byte_is_told_where_it_stands()
    {
        for (int i = 0; i < whole.Length; i++)
        {
            byte[] damaged = [.. whole];
            damaged[i] ^= 0xFF;
            var saved = SavedSession.Read(damaged);

            Assert.NotNull(saved.FirstUnbelieved);
            Assert.InRange(i, saved.FirstUnbelieved.Value, saved.FirstUnbelieved.Value + saved.Unbelieved - 1);
            Assert.Empty(MessagesOf(saved).Except(Written));
        }
    }

    [Fact]
    public void Each_cut_is_told_unless_it_is_at_the_end_of_a_record()
    {
        HashSet<int> ends = [SegmentHeader.Length];
        for (int end = SegmentHeader.Length; end < whole.Length; ends.Add(end)) end += Sealing.LengthOf(whole.AsSpan(end));
        for (int length = 1; length < whole.Length; length++)
        {
            var saved = SavedSession.Read(whole.AsSpan(0, length));

            bool isRefused = saved.Length == 0; // as no session file
            Assert.Equal(length < SegmentHeader.Length, isRefused);
            if (!isRefused) Assert.Equal(ends.Contains(length), saved.FirstUnbelieved is null);
            Assert.Empty(MessagesOf(saved).Except(Written));
        }
    }

    private static string[] MessagesOf(SavedSession saved) =>
        [.. saved.Queued.Concat(saved.Stored).Concat(saved.Sent.Select(one => one.Value)).Select(one => Describe(one.Topic, one.Payload))];

    private static string Describe(byte[] topic, byte[] payload) => $"{Encoding.UTF8.GetString(topic)} {Encoding.UTF8.GetString(payload)}";
}
