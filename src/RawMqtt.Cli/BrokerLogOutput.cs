// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;

namespace RawMqtt.Cli;

/// <summary>Writes the broker's log as lines with time and level: as key=value, or as JSON. The library limits how many there are.</summary>
internal sealed class BrokerLogOutput(TextWriter output, MqttLogLevel lowest, bool isJson, TimeProvider time)
{
    /// <summary>Writes a line of the broker. The broker calls it on a thread of its own, so a slow reader of the output holds up nothing else.</summary>
    public void Write(MqttLogLevel level, string message)
    {
        if (level < lowest) return;
        string at = time.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
        string name = level.ToString().ToLowerInvariant();
        output.WriteLine(isJson ? ToJson($"time={at} level={name} {message}") : $"{at} {name} {message}");
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
}
