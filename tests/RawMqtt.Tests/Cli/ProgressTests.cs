// SPDX-License-Identifier: MIT

using RawMqtt.Cli;

namespace RawMqtt.Tests.Cli;

public class ProgressTests
{
    [Fact]
    public void Rate_and_rest_come_from_what_was_done_so_far()
    {
        var time = new ManualTime();
        long done = 0;
        var progress = new Progress("publishing", 200_000_000, () => done, time);
        Assert.Equal("publishing: 0.0 of 200.0 MB, 0 %, 0.0 MB/s", progress.Line());

        time.Advance(TimeSpan.FromSeconds(2));
        done = 50_000_000;
        Assert.Equal("publishing: 50.0 of 200.0 MB, 25 %, 25.0 MB/s, 6 s left", progress.Line());

        done = 200_000_123; // the packet's header counts too
        Assert.Equal("publishing: 200.0 of 200.0 MB, 100 %, 100.0 MB/s, 0 s left", progress.Line());
    }

    [Theory]
    [InlineData(0.2, "1 s")]
    [InlineData(59, "59 s")]
    [InlineData(59.9, "1:00")]
    [InlineData(125, "2:05")]
    [InlineData(3725, "1:02:05")]
    public void Times_are_short(double seconds, string text) => Assert.Equal(text, Progress.TimeText(TimeSpan.FromSeconds(seconds)));
}
