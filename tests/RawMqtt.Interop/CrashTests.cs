// SPDX-License-Identifier: MIT

using RawMqtt.Interop.Parts;

namespace RawMqtt.Interop;

/// <summary>The short form of tests/RawMqtt.Crash; the long one, 50 kills under 20 000 messages, is what the program does without arguments.</summary>
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
}
