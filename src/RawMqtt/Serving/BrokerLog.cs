// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Text;

namespace RawMqtt.Serving;

/// <summary>Passes lines to <see cref="MqttBrokerOptions.Log"/> in order, through a bounded queue, so that the broker never waits for the
/// application.</summary>
internal sealed class BrokerLog
{
    private readonly LocalQueue<(MqttLogLevel Level, string Message)> lines;
    private readonly Task writing;

    public BrokerLog(MqttLog write, long limit)
    {
        lines = new LocalQueue<(MqttLogLevel, string)>(limit);
        writing = Task.Run(() => WriteAsync(write));
    }

    /// <summary>Gets the number of lines that were dropped because the queue was full.</summary>
    public long Dropped => lines.Dropped;

    public void Add(MqttLogLevel level, string message) => lines.TryAdd((level, message), message.Length);

    /// <summary>Waits until all lines are written; no more can be added.</summary>
    public Task CompleteAsync()
    {
        lines.TryComplete();
        return writing;
    }

    /// <summary>Quotes a value: truncated and escaped, because peers control it and must not forge fields or lines.</summary>
    public static string Quote(string value, int maxLength = 256)
    {
        var text = new StringBuilder("\"");
        foreach (char c in value.AsSpan(0, Math.Min(value.Length, maxLength)))
        {
            if (c is '"' or '\\' || IsInvisible(c)) text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else text.Append(c);
        }

        if (value.Length > maxLength) text.Append("...");
        return text.Append('"').ToString();
    }

    private static bool IsInvisible(char c) =>
        char.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    private async Task WriteAsync(MqttLog write)
    {
        await foreach ((MqttLogLevel level, string message) in lines.ReadAllAsync().ConfigureAwait(false))
        {
            try
            {
                write(level, message);
            }
            catch // a log that throws misses this line, and there is no other place to report it
            {
            }
        }
    }
}
