// SPDX-License-Identifier: MIT

using System.Text;

namespace RawMqtt.Cli;

/// <summary>Writes text, each piece at once. On a terminal it escapes control characters, so that nothing from a peer, whatever command prints it, moves
/// the cursor or fakes a line.</summary>
/// <param name="open">Opens the stream, before the first write.</param>
/// <param name="isTerminal">Whether the stream is a terminal.</param>
internal sealed class TerminalWriter(Func<Stream> open, bool isTerminal) : TextWriter
{
    private readonly Lock gate = new();
    private Stream? stream;

    public override Encoding Encoding { get; } = OperatingSystem.IsWindows() && isTerminal ? Console.OutputEncoding : new UTF8Encoding(false);

    /// <summary>Gets what happens before each write to a terminal.</summary>
    public Action? OnWrite { get; init; }

    /// <summary>Gets whether a stream without a reader loses what is written, in place of a failure.</summary>
    public bool IgnoresFailures { get; init; }

    public override void Write(char value) => Write(value.ToString());

    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    public override void Write(ReadOnlySpan<char> buffer) => Write(buffer.ToString());

    public override void Write(string? value) => WriteStyled(isTerminal ? TerminalText.EscapeLines(value ?? "") : value ?? "");

    public override void WriteLine() => Write("\n");

    public override void WriteLine(string? value) => Write($"{value}\n");

    /// <summary>Writes text that is safe: it was escaped, and then <see cref="Paint"/> added to it.</summary>
    public void WriteStyled(string text)
    {
        if (text.Length == 0) return;
        try
        {
            lock (gate)
            {
                if (isTerminal) OnWrite?.Invoke();
                stream ??= open();
                stream.Write(Encoding.GetBytes(text));
            }
        }
        catch (Exception failure) when (IgnoresFailures && failure is IOException or UnauthorizedAccessException)
        {
            // nobody reads it
        }
    }

    /// <summary>Returns the text in a style, if this is a terminal whose user wants colours; else as it is.</summary>
    /// <param name="text">The text.</param>
    /// <param name="style">The number of ECMA-48's SGR: 1 is bold, 31 red, 32 green, 36 cyan.</param>
    public string Paint(string text, int style) => isTerminal && Terminal.HasColours ? $"\e[{style}m{text}\e[0m" : text;
}
