// SPDX-License-Identifier: MIT

namespace RawMqtt.Tests.Testing;

public class ManualTimeTests
{
    private readonly ManualTime time = new();
    private readonly List<string> ran = [];

    [Fact]
    public void Timers_run_in_the_order_of_their_times()
    {
        using ITimer late = time.CreateTimer(_ => ran.Add("late"), null, TimeSpan.FromSeconds(2), Timeout.InfiniteTimeSpan);
        using ITimer soon = time.CreateTimer(_ => ran.Add("soon"), null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);

        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["soon"], ran);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["soon", "late"], ran);
    }

    [Fact]
    public void A_timer_with_a_period_repeats_until_it_is_disposed_of()
    {
        ITimer timer = time.CreateTimer(_ => ran.Add($"{time.GetUtcNow().Second}"), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3));

        time.Advance(TimeSpan.FromSeconds(8));
        timer.Dispose();
        time.Advance(TimeSpan.FromSeconds(8));

        Assert.Equal(["1", "4", "7"], ran);
    }
}
