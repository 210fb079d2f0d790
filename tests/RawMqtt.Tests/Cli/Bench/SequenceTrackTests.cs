// SPDX-License-Identifier: MIT

using RawMqtt.Cli.Bench;

namespace RawMqtt.Tests.Cli.Bench;

public class SequenceTrackTests
{
    [Theory]
    [InlineData("0 1 2 3", 4, 0, 0, 0)]
    [InlineData("0 2 1 3", 4, 0, 1, 0)]
    [InlineData("0 1 1 2 0", 3, 2, 0, 0)]
    [InlineData("0 9", 2, 0, 0, 8)]
    [InlineData("9 5 4 6 5 0 8", 6, 1, 5, 4)]
    [InlineData("3 2 1 0 0 1 2 3", 4, 4, 3, 0)]
    public void What_is_missing_late_or_double_is_counted(string numbers, long unique, long duplicates, long outOfOrder, long missing)
    {
        var track = SequenceTrack.From(0);

        foreach (string number in numbers.Split(' ')) track.Take(uint.Parse(number));

        Assert.Equal((unique, duplicates, outOfOrder, missing), (track.Unique, track.Duplicates, track.OutOfOrder, track.Missing));
    }

    [Fact]
    public void A_subscriber_that_comes_later_misses_nothing_from_before()
    {
        var track = SequenceTrack.From(100);

        foreach (uint number in new uint[] { 100, 101, 103 }) track.Take(number);

        Assert.Equal((3, 1), (track.Unique, track.Missing));
    }

    [Fact]
    public void Any_order_of_any_numbers_adds_up()
    {
        var random = new Random(7);
        for (int run = 0; run < 200; run++)
        {
            uint[] numbers = [.. Enumerable.Range(0, 300).Select(_ => (uint)random.Next(200))];
            var track = SequenceTrack.From(0);
            foreach (uint number in numbers) track.Take(number);

            Assert.Equal(numbers.Distinct().Count(), track.Unique);
            Assert.Equal(numbers.Length - track.Unique, track.Duplicates);
            Assert.Equal(numbers.Max() + 1 - track.Unique, track.Missing);
        }
    }
}
