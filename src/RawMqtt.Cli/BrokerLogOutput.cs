// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;

namespace RawMqtt.Cli;

/// <summary>Writes the broker's log as lines with time and level: as key=value, or as JSON. Writes at most 20 lines a second for each kind of event, then the
/// number of those that it left out.</summary>
internal sealed class BrokerLogOutput(TextWriter output, MqttLogLevel lowest, bool isJson, TimeProvider time)
{
    private const int MaxLines = 20;
    private const int MaxKinds = 1024;

    private readonly Lock gate = new();
    private readonly Dictionary<string, int> counts = [];
    private DateTimeOffset second;

    /// <summary>Writes a line of the broker. The broker calls it on a thread of its own, so a slow reader of the output holds up nothing else.</summary>
    public void Write(MqttLogLevel level, string message)
    {
        if (level < lowest) return;
        lock (gate)
        {
            BeginSecond();
            string kind = KindOf(message);
            if (counts.Count == MaxKinds && !counts.ContainsKey(kind)) kind = "event=other";
            int count = counts[kind] = counts.GetValueOrDefault(kind) + 1;
            if (count <= MaxLines) WriteLine(level, message);
        }
    }

    /// <summary>Writes how many lines were left out, if a second has passed. Does nothing while a line is being written.</summary>
    public void Flush()
    {
        if (!gate.TryEnter()) return;
        try
        {
            BeginSecond();
        }
        finally
        {
            gate.Exit();
        }
    }

    /// <summary>Turns <c>key=value key="quoted value"</c> into one JSON object. Escapes in quotes are those of JSON already.</summary>
    internal static string ToJson(string line)
    {
        var json = new StringBuilder("{");
        for (int at = 0; at < line.Length;)
        {
            int equals = line.IndexOf('=', at);
            if (equals < 0) break;
            bool isQuoted = equals + 1 < line.Length && line[equals + 1] == '"';
            int end = isQuoted ? line.IndexOf('"', equals + 2) + 1 : line.IndexOf(' ', equals);
            if (end <= 0) end = line.Length;
            string value = isQuoted ? line[(equals + 1)..end] : $"\"{JavaScriptEncoder.Default.Encode(line[(equals + 1)..end])}\"";
            json.Append(json.Length == 1 ? "" : ",").Append('"').Append(line, at, equals - at).Append("\":").Append(value);
            at = end + 1;
        }

        return json.Append('}').ToString();
    }

    private void BeginSecond()
    {
        DateTimeOffset now = time.GetUtcNow();
        if (now - second < TimeSpan.FromSeconds(1)) return;
        second = now;
        foreach ((string kind, int count) in counts)
        {
            if (count > MaxLines) WriteLine(MqttLogLevel.Warning, $"{kind} more={count - MaxLines} text=\"and {count - MaxLines} more\"");
        }

        counts.Clear();
    }

    private void WriteLine(MqttLogLevel level, string message)
    {
        string at = time.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
        string name = level.ToString().ToLowerInvariant();
        output.WriteLine(isJson ? ToJson($"time={at} level={name} {message}") : $"{at} {name} {message}");
    }

    private static string KindOf(string message)
    {
        int end = message.IndexOf(' ', StringComparison.Ordinal);
        return end < 0 ? message : message[..end];
    }
}
