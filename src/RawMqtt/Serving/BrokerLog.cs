// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Text;

namespace RawMqtt.Serving;

/// <summary>Lines on their way to whoever wants them: in order, bounded, and written without holding the broker up.</summary>
internal sealed class BrokerLog
{
    private readonly LocalQueue<string> lines;
    private readonly Task writing;

    public BrokerLog(Action<string> write, long limit)
    {
        lines = new LocalQueue<string>(limit);
        writing = Task.Run(() => WriteAsync(write));
    }

    /// <summary>Lines that the program was too slow for.</summary>
    public long Dropped => lines.Dropped;

    public void Add(string line) => lines.TryAdd(line, line.Length);

    /// <summary>Waits until all is written.</summary>
    public Task CompleteAsync()
    {
        lines.TryComplete();
        return writing;
    }

    /// <summary>A value in quotes. Much of it is a peer's word, which must not look like more of the line or like another one: it is cut, and quotes and what nobody sees are escaped.</summary>
    public static string Quote(string value, int mostCharacters = 256)
    {
        var text = new StringBuilder("\"");
        foreach (char c in value.AsSpan(0, Math.Min(value.Length, mostCharacters)))
        {
            if (c is '"' or '\\' || IsUnseen(c)) text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else text.Append(c);
        }

        if (value.Length > mostCharacters) text.Append("...");
        return text.Append('"').ToString();
    }

    private static bool IsUnseen(char c) =>
        char.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    private async Task WriteAsync(Action<string> write)
    {
        await foreach (string line in lines.ReadAllAsync().ConfigureAwait(false))
        {
            try
            {
                write(line);
            }
            catch // a log that throws misses one line
            {
                // and there is no log to say it to
            }
        }
    }
}
