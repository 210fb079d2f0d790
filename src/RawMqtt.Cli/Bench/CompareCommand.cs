// SPDX-License-Identifier: MIT

using System.CommandLine;

namespace RawMqtt.Cli.Bench;

/// <summary><c>rawmqtt bench compare</c>: two reports side by side.</summary>
internal static class CompareCommand
{
    private static readonly Argument<string> First = new("A.json") { Description = "The report that is 1." };
    private static readonly Argument<string> Second = new("B.json") { Description = "The report beside it." };

    public static Command Create()
    {
        var command = new Command("compare", "Show two reports of bench --json side by side, with ratios.") { First, Second };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            BenchReport first = await ReadAsync(parsed.GetRequiredValue(First), cancellationToken);
            BenchReport second = await ReadAsync(parsed.GetRequiredValue(Second), cancellationToken);
            Terminal.Out.Write(BenchComparison.Render(first, second));
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<BenchReport> ReadAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            return BenchJson.Read(await File.ReadAllBytesAsync(file, cancellationToken));
        }
        catch (FormatException failure)
        {
            throw new FormatException($"{file}: {failure.Message}", failure);
        }
    }
}
