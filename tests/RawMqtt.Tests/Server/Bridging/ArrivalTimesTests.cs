// SPDX-License-Identifier: MIT

using RawMqtt.Server.Bridging;

namespace RawMqtt.Tests.Server.Bridging;

/// <summary>When the messages of a bridge's queue came.</summary>
public sealed class ArrivalTimesTests
{
    private readonly ArrivalTimes times = new();

    [Fact]
    public void A_message_came_by_the_first_mark_that_counts_it()
    {
        times.Note(10, gone: 0, Seconds(1));
        times.Note(10, gone: 0, Seconds(2));
        times.Note(30, gone: 0, Seconds(3));
        Assert.Equal([Seconds(1), Seconds(1), Seconds(3), Seconds(3), null], new long[] { 1, 10, 11, 30, 31 }.Select(times.Of));
    }

    [Fact]
    public void Marks_of_messages_that_are_gone_are_forgotten_and_the_others_stay()
    {
        times.Note(10, gone: 0, Seconds(1));
        times.Note(20, gone: 15, Seconds(2));
        Assert.Equal([Seconds(2), Seconds(2), null], new long[] { 16, 20, 21 }.Select(times.Of));
    }

    [Fact]
    public void A_long_cut_makes_the_marks_coarser_and_no_message_older()
    {
        for (int i = 1; i <= 1_000_000; i++) times.Note(i, gone: 0, Seconds(i));
        for (int i = 1; i <= 999_000; i += 997) Assert.InRange(times.Of(i)!.Value, Seconds(i), Seconds(i + 1024));
    }

    private static TimeSpan Seconds(int count) => TimeSpan.FromSeconds(count);
}
