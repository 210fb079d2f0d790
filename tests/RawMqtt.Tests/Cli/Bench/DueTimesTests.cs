// SPDX-License-Identifier: MIT

using RawMqtt.Cli.Bench;

namespace RawMqtt.Tests.Cli.Bench;

public class DueTimesTests
{
    [Fact]
    public void Messages_are_due_at_a_steady_rate()
    {
        var times = new DueTimes(1000, TimeSpan.Zero);

        Assert.Equal([0, 0.001, 0.5, 10], new[] { times.SecondsOf(0), times.SecondsOf(1), times.SecondsOf(500), times.SecondsOf(10_000) });
        Assert.Equal(3000, times.CountBefore(TimeSpan.FromSeconds(3)));
    }

    [Fact]
    public void A_ramp_takes_half_of_the_messages_that_its_time_would_take()
    {
        var times = new DueTimes(1000, TimeSpan.FromSeconds(2));

        Assert.Equal(1000, times.CountBefore(TimeSpan.FromSeconds(2)));
        Assert.Equal(3000, times.CountBefore(TimeSpan.FromSeconds(4)));
        Assert.Equal(2, times.SecondsOf(1000), precision: 6);
        double[] due = [.. Enumerable.Range(0, 3000).Select(number => times.SecondsOf(number))];
        Assert.Equal(due.Order(), due);
    }
}
