// SPDX-License-Identifier: MIT

using System.Text;

namespace RawMqtt.Server.Access;

/// <summary>What two topic filters have in common, 4.7: it is a filter too.</summary>
internal static class FilterOverlap
{
    /// <summary>Returns the filter of the topics that both match; null if there is none.</summary>
    public static byte[]? Of(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other)
    {
        string[] first = LevelsOf(one);
        string[] second = LevelsOf(other);
        var common = new List<string>();
        for (int i = 0; ; i++)
        {
            string? a = i < first.Length ? first[i] : null;
            string? b = i < second.Length ? second[i] : null;
            if (a is null && b is null) break;
            if (i == 0 && (IsReserved(a!, b!) || IsReserved(b!, a!))) return null; // [MQTT-4.7.2-1]
            if (a == "#" || b == "#") // the parent level, and all below it
            {
                common.AddRange(a == "#" ? second[Math.Min(i, second.Length)..] : first[Math.Min(i, first.Length)..]);
                break;
            }

            if (a is null || b is null || (a != b && a != "+" && b != "+")) return null;
            common.Add(a == "+" ? b : a);
        }

        return Encoding.UTF8.GetBytes(string.Join('/', common));
    }

    /// <summary>Returns one topic for each length that a filter matches, up to a number of levels beyond its own. In place of a wildcard stands a level that
    /// no topic and no rule has: the letter + itself.</summary>
    public static IEnumerable<byte[]> ExamplesOf(byte[] filter, int levels)
    {
        string text = Encoding.UTF8.GetString(filter);
        if (text != "#" && !text.EndsWith("/#", StringComparison.Ordinal))
        {
            yield return filter;
            yield break;
        }

        string parent = text == "#" ? "" : text[..^2];
        if (text != "#") yield return Encoding.UTF8.GetBytes(parent);
        for (int i = 0; i < levels; i++)
        {
            parent = text == "#" && i == 0 ? "+" : $"{parent}/+";
            yield return Encoding.UTF8.GetBytes(parent);
        }
    }

    private static string[] LevelsOf(ReadOnlySpan<byte> filter) => Encoding.UTF8.GetString(filter).Split('/');

    private static bool IsReserved(string wildcard, string level) => wildcard is "#" or "+" && level.StartsWith('$');
}
