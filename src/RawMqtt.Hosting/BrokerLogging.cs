// SPDX-License-Identifier: MIT

using Microsoft.Extensions.Logging;

namespace RawMqtt.Hosting;

/// <summary>Writes the broker's lines to a logger: the kind becomes the event, each field a value.</summary>
internal static class BrokerLogging
{
    /// <summary>The number of a kind is its place, from 100 on: new kinds stand at the end.</summary>
    public static readonly string[] Kinds =
    [
        "listening", "connected", "ended", "refused", "handshake-refused", "not-admitted", "dropped", "reloaded", "certificate", "certificate-unusable",
        "password-file-unusable", "accept-failed", "fault", "hook-failed", "untrusted-proxy", "silent-proxy", "client-certificate-refused", "log-dropped",
        "reload-failed", "observer-failed", "journal-read", "journal-damaged", "session-uncertain", "journal-failed", "journal-goes-on", "bridge-ended",
        "bridge-dropped", "bridge-qos", "bridge-expired", "journal-unreadable", "message-damaged", "journal-not-shortened",
        "session-lost", "session-ended",
    ];

    public static void Write(ILogger logger, MqttLogLevel level, string line)
    {
        LogLevel to = ClientLogging.LevelOf(level);
        if (!logger.IsEnabled(to)) return;
        List<KeyValuePair<string, object?>> fields = [.. Fields(line), new("{OriginalFormat}", line)];
        string kind = fields[0].Key == "event" ? (string)fields[0].Value! : "";
        int place = Array.IndexOf(Kinds, kind);
        logger.Log(to, new EventId(place < 0 ? 0 : 100 + place, kind), fields, null, (_, _) => line);
    }

    /// <summary>Reads a line of name=value, where a value with spaces stands in double quotes.</summary>
    private static IEnumerable<KeyValuePair<string, object?>> Fields(string line)
    {
        int at = 0;
        while (at < line.Length)
        {
            int equals = line.IndexOf('=', at);
            if (equals < 0) yield break;
            bool isQuoted = equals + 1 < line.Length && line[equals + 1] == '"';
            int begin = isQuoted ? equals + 2 : equals + 1;
            int end = line.IndexOf(isQuoted ? '"' : ' ', begin);
            if (end < 0) end = line.Length;
            yield return new(line[at..equals], line[begin..end]);
            at = isQuoted ? end + 2 : end + 1;
        }
    }
}
