// SPDX-License-Identifier: MIT

using System.Text;

namespace RawMqtt.Cli;

/// <summary>The standard output and the error output as text. The console's own writers would send codes of the runtime to a terminal first.</summary>
internal static class Terminal
{
    /// <summary>Gets whether the standard output is a terminal.</summary>
    public static bool IsOutput { get; } = !Console.IsOutputRedirected;

    /// <summary>Gets whether the error output is a terminal.</summary>
    public static bool IsError { get; } = !Console.IsErrorRedirected;

    /// <summary>Gets whether a terminal understands codes that move its cursor.</summary>
    public static bool HasCodes { get; } = OperatingSystem.IsWindows() || Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");

    /// <summary>Gets whether colours are wanted on terminals: https://no-color.org.</summary>
    public static bool HasColours { get; } = HasCodes && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    /// <summary>Gets the standard output. A write fails if its reader has gone, or if it is closed.</summary>
    public static TerminalWriter Out { get; } = new(StandardStreams.OpenOutput, IsOutput) { OnWrite = StatusLine.End };

    /// <summary>Gets the standard output for a command that goes on without a reader.</summary>
    public static TerminalWriter TolerantOut { get; } = new(StandardStreams.OpenOutput, IsOutput) { OnWrite = StatusLine.End, IgnoresFailures = true };

    /// <summary>Gets the error output. Nothing fails if it has no reader.</summary>
    public static TerminalWriter Error { get; } = new(StandardStreams.OpenError, IsError) { OnWrite = StatusLine.Hide, IgnoresFailures = true };

    /// <summary>Opens the standard output for much text: in a pipe it leaves in large pieces.</summary>
    /// <exception cref="IOException">The standard output is closed.</exception>
    public static TextWriter OpenText() =>
        IsOutput ? Out : new StreamWriter(StandardStreams.OpenOutput(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 64 * 1024);

    /// <summary>Opens the standard output for messages: what waits leaves in one write, and takes the status line away.</summary>
    /// <exception cref="IOException">The standard output is closed.</exception>
    public static BatchedOutput OpenMessages() => new(StandardStreams.OpenOutput()) { OnWrite = IsOutput ? StatusLine.End : null };

    /// <summary>Returns JSON as the standard output may show it: the same value, on a terminal without control characters.</summary>
    public static string Json(string json) => IsOutput ? TerminalText.EscapeJson(json) : json;
}
