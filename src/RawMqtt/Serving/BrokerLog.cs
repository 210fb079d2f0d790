// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace RawMqtt.Serving;

/// <summary>Passes lines to <see cref="MqttBrokerOptions.Log"/> in order, through a bounded queue, so that the broker never waits for the application: of
/// each level and kind at most 20 lines a second, and then how many more there were.</summary>
internal sealed class BrokerLog
{
    private readonly LocalQueue<(MqttLogLevel Level, string Message)> lines;
    private readonly Task writing;

    public BrokerLog(MqttLog write, long limit, TimeProvider time)
    {
        lines = new LocalQueue<(MqttLogLevel, string)>(limit);
        Rates = new LineRates(time);
        writing = Task.Run(() => WriteAsync(write)); // no line is written on a thread of the broker
    }

    /// <summary>Gets the number of lines that were dropped because the queue was full.</summary>
    public long Dropped => lines.Dropped;

    public LineRates Rates { get; }

    public void Add(MqttLogLevel level, string kind, [InterpolatedStringHandlerArgument("", nameof(level), nameof(kind))] ref LogLine fields)
    {
        if (fields.IsWanted) Add(level, $"event={kind} {fields.ToStringAndClear()}");
    }

    /// <summary>Adds how many lines of each kind were left out in the second that has passed; called at a fixed interval.</summary>
    public void EndSecond(bool isEnd = false)
    {
        foreach ((MqttLogLevel level, string kind, int more) in Rates.TakeMore(isEnd)) Add(level, $"event={kind} more={more} text=\"and {more} more\"");
    }

    /// <summary>Waits until all lines are written; no more can be added.</summary>
    public Task CompleteAsync()
    {
        EndSecond(isEnd: true);
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

    private void Add(MqttLogLevel level, string message) => lines.TryAdd((level, message), message.Length);

    private async Task WriteAsync(MqttLog write)
    {
        long told = 0;
        await foreach ((MqttLogLevel level, string message) in lines.ReadAllAsync().ConfigureAwait(false))
        {
            Write(write, level, message);
            long dropped = lines.Dropped;
            if (dropped == told) continue;
            Write(write, MqttLogLevel.Warning, $"event=log-dropped lines={dropped - told} limit={nameof(MqttBrokerLimits.MaxProgramBytes)}");
            told = dropped;
        }
    }

    private static void Write(MqttLog write, MqttLogLevel level, string message)
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
