// SPDX-License-Identifier: MIT

using System.Globalization;
using RawMqtt.Brokers;
using static RawMqtt.Explain.FieldCursor;

namespace RawMqtt.Explain;

/// <summary>Writes a broker's session: a line, and one for each subscription.</summary>
internal static class SessionLines
{
    public static void Write(RecoveredSession session, Action<string> line)
    {
        string user = session.UserName is null ? "no user" : $"user {Quoted(session.UserName)}";
        string[] parts =
        [
            $"{Quoted(session.ClientId)}  {user}",
            session.LeftAt == 0 ? "connected" : $"away since {TimeOf(session.LeftAt)}",
            $"{session.Queue?.Count ?? 0} waiting", $"{session.InFlight.Count()} in flight",
            $"{session.Released.Count} released", $"{session.Received.Count} received",
        ];
        line(string.Join("  ", parts) + (session.IsDamaged ? "  records that may be about this session are lost: its QoS 2 is uncertain" : ""));
        foreach ((byte[] filter, QualityOfService qos) in session.Filters) line($"    {Quoted(filter)}  QoS {(int)qos}");
    }

    /// <summary>Returns seconds since 1970 as a date and a time of day, UTC.</summary>
    public static string TimeOf(long seconds) =>
        seconds is >= 0 and < 1L << 37 ? DateTimeOffset.FromUnixTimeSeconds(seconds).ToString("u", CultureInfo.InvariantCulture) : $"{seconds} s";
}
