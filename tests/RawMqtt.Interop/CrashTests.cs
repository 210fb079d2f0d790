// SPDX-License-Identifier: MIT

using RawMqtt.Interop.Parts;

namespace RawMqtt.Interop;

/// <summary>The short forms of tests/RawMqtt.Crash; the long ones, 50 kills of a subscriber under 20 000 messages and 200 of a broker under 100 000, are what
/// the program does by name.</summary>
public class CrashTests
{
    [Theory]
    [InlineData("yes")]
    [InlineData("no")]
    public async Task A_subscriber_with_a_kept_session_that_is_killed_loses_nothing(string sessionFile)
    {
        Finished run = await RealProcess.RunAsync("dotnet", RealPart.Crash, "--messages", "1000", "--kills", "3", "--session-file", sessionFile);

        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        Assert.Contains("Missing = 0", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("process")]
    [InlineData("disk")]
    public async Task A_broker_with_a_journal_that_is_killed_loses_nothing_and_repeats_nothing_at_QoS_2(string durability)
    {
        string[] arguments = [RealPart.Crash, "brokers", "--messages", "5000", "--kills", "10", "--durability", durability];
        await using RealProcess crash = RealProcess.Start("dotnet", arguments);
        Finished run = await crash.FinishAsync(TimeSpan.FromMinutes(2)); // some 10 s where nothing else runs

        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        Assert.Contains("10 kills", run.Output, StringComparison.Ordinal);
        Assert.Equal(6, run.Output.Split(": 0 of 5000 missing, 0 at QoS 2 twice").Length - 1);
    }
}
