// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Text.Json;

namespace RawMqtt.Interop.Parts;

/// <summary>What the tool showed at a pseudo terminal, and how it ended.</summary>
/// <param name="Shown">What the terminal got, byte for byte.</param>
/// <param name="Output">What the standard output got, if that was a pipe.</param>
/// <param name="ExitCode">The exit code, or minus the number of the signal that ended it.</param>
internal sealed record AtTerminal(string Shown, string Output, int ExitCode)
{
    /// <summary>Runs the tool with the terminal as both outputs.</summary>
    public static Task<AtTerminal> RunAsync(params string[] arguments) => RunAsync([], new Dictionary<string, string>(), arguments);

    /// <summary>Runs the tool with options of shown-at-terminal.py, such as <c>--error-only</c>.</summary>
    public static async Task<AtTerminal> RunAsync(string[] options, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        string script = Path.Combine(RealPart.Folder, "peers", "shown-at-terminal.py");
        var cleaned = new Dictionary<string, string>(environment);
        cleaned.TryAdd("TERM", "xterm");
        cleaned.TryAdd("NO_COLOR", "");
        await using RealProcess program = RealProcess.Start(RealPart.Python3, [script, .. options, "dotnet", RealPart.Tool, .. arguments], cleaned);
        program.CloseInput();
        Finished finished = await program.FinishAsync();
        Assert.True(finished.ExitCode == 0, finished.Error);
        string[] lines = finished.Output.Split('\n');
        return new AtTerminal(
            JsonSerializer.Deserialize<string>(lines[0])!, JsonSerializer.Deserialize<string>(lines[1])!, int.Parse(lines[2], CultureInfo.InvariantCulture));
    }
}
