// SPDX-License-Identifier: MIT

using System.Diagnostics;

namespace RawMqtt.Tests.Attacks;

/// <summary>The short form of tests/RawMqtt.Attacks: a broker with a small heap lives through what would take its memory, and an honest client is served.
/// How long it waits depends on the machine, and is printed by the program alone.</summary>
[Collection(nameof(RunsProcesses))]
public class AttackTests
{
    [Theory]
    [InlineData("unfinished")]
    [InlineData("strangers")]
    [InlineData("retained-hoard")]
    [InlineData("records")]
    [InlineData("handles")]
    public async Task A_broker_with_a_heap_of_256_MiB_survives_and_serves(string attack)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "RawMqtt.Attacks.dll");
        var start = new ProcessStartInfo("dotnet", [program, attack, "--seconds", "4"]) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        string[] row = output.Split('\n').Single(line => line.StartsWith($"| {attack} ", StringComparison.Ordinal)).Split('|', StringSplitOptions.TrimEntries);
        Assert.Equal("runs", row[^2]);
        Assert.True(int.Parse(row[3]) > 0, output);
    }
}
