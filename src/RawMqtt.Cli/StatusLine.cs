// SPDX-License-Identifier: MIT

using System.Text;

namespace RawMqtt.Cli;

/// <summary>One line at the bottom of the terminal of the error output: what the command waits for, or how far it is. Lines of errors push it down, and
/// output on the same terminal ends it. Elsewhere it is silent.</summary>
internal static class StatusLine
{
    /// <summary>What is over sooner shows no line.</summary>
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private static readonly Lock Gate = new();
    private static Stream? stream;
    private static Timer? timer;
    private static Func<string>? text;
    private static string shown = "";

    /// <summary>Gets or sets whether the user wants no line, as with --quiet or --trace.</summary>
    public static bool IsUnwanted { get; set; }

    /// <summary>Gets whether there is a terminal for the line.</summary>
    public static bool IsPossible => Terminal.IsError && Terminal.HasCodes && !IsUnwanted;

    /// <summary>Shows a line until <see cref="End"/>.</summary>
    public static void Show(string line) => Show(() => line);

    /// <summary>Shows what the function returns, now and then again, until <see cref="End"/>.</summary>
    public static void Show(Func<string> line)
    {
        if (!IsPossible) return;
        lock (Gate)
        {
            text = line;
            timer ??= new Timer(_ => Refresh(), null, Delay, Interval);
        }
    }

    /// <summary>Shows a line at once.</summary>
    public static void ShowNow(string line)
    {
        Show(line);
        Refresh();
    }

    /// <summary>Takes the line away, because something else is written; it comes back below that.</summary>
    public static void Hide()
    {
        lock (Gate) Draw("");
    }

    /// <summary>Takes the line away for good.</summary>
    public static void End()
    {
        if (Volatile.Read(ref text) is null) return;
        lock (Gate)
        {
            text = null;
            timer?.Dispose();
            timer = null;
            Draw("");
        }
    }

    private static void Refresh()
    {
        lock (Gate)
        {
            if (text is not null) Draw(text());
        }
    }

    /// <summary>The codes: to the beginning of the line, without a wrap at its end, and clear what is left of the line before.</summary>
    private static void Draw(string line)
    {
        if (line == shown) return;
        shown = line;
        try
        {
            stream ??= StandardStreams.OpenError();
            string safe = TerminalText.Escape(line);
            stream.Write(Encoding.UTF8.GetBytes(safe.Length == 0 ? "\r\e[K" : $"\r\e[?7l{safe}\e[K\e[?7h"));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // the terminal has gone
        }
    }
}
