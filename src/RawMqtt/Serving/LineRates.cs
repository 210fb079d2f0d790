// SPDX-License-Identifier: MIT

namespace RawMqtt.Serving;

/// <summary>Counts the lines of the log, of each level and kind of event in each second.</summary>
internal sealed class LineRates(TimeProvider time)
{
    private const int MaxLines = 20;

    private readonly Lock gate = new();
    private readonly Dictionary<(MqttLogLevel Level, string Kind), int> counts = []; // the kinds are constants of BrokerReports
    private long second = time.GetTimestamp();

    /// <summary>Counts a line.</summary>
    /// <returns>Whether it is one of the first of its kind in this second.</returns>
    public bool TryCount(MqttLogLevel level, string kind)
    {
        lock (gate) return (counts[(level, kind)] = counts.GetValueOrDefault((level, kind)) + 1) <= MaxLines;
    }

    /// <summary>Begins the next second, if one has passed or the log ends.</summary>
    /// <returns>How many lines of each kind were beyond the limit.</returns>
    public List<(MqttLogLevel Level, string Kind, int More)> TakeMore(bool isEnd = false)
    {
        lock (gate)
        {
            if (!isEnd && time.GetElapsedTime(second) < TimeSpan.FromSeconds(1)) return [];
            second = time.GetTimestamp();
            List<(MqttLogLevel, string, int)> more =
                [.. counts.Where(count => count.Value > MaxLines).Select(count => (count.Key.Level, count.Key.Kind, count.Value - MaxLines))];
            counts.Clear();
            return more;
        }
    }
}
