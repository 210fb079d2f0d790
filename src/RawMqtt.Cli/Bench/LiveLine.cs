// SPDX-License-Identifier: MIT

namespace RawMqtt.Cli.Bench;

/// <summary>One line on a terminal that is written over while something goes on. Without a terminal it stays silent.</summary>
internal sealed class LiveLine(TextWriter output) : IDisposable
{
    /// <summary>Asking the terminal for its width would make the runtime write escape codes to the output.</summary>
    private const int Width = 79;

    private readonly bool isTerminal = !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") != "dumb";
    private string shown = "";

    public void Show(string text)
    {
        if (!isTerminal || text == shown) return;
        string fitting = text.Length > Width ? text[..Width] : text;
        output.Write($"\r{fitting}{new string(' ', Math.Max(0, shown.Length - fitting.Length))}\r");
        shown = fitting;
    }

    /// <summary>Takes the line away.</summary>
    public void Dispose()
    {
        if (shown.Length > 0) output.Write($"\r{new string(' ', shown.Length)}\r");
        shown = "";
    }
}
