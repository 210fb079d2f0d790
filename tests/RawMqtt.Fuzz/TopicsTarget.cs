// SPDX-License-Identifier: MIT

using System.Text;
using System.Text.Unicode;
using RawMqtt.Codec;

namespace RawMqtt.Fuzz;

/// <summary>A filter, a 0x0A and a name: checked and matched as the codec does it and by the letter of 4.7.</summary>
internal static class TopicsTarget
{
    public static IEnumerable<byte[]> Seeds() =>
        new[] { "sport/#\nsport", "+/tennis/#\nsport/tennis/player1", "$SYS/+\n$SYS/uptime", "#\n$SYS", "a//+\na//b", "日本/+\n日本/é", "a/+/#\na/b/c/d/e",
            "abc/defghijklm/nopqrs/+\nabc/defghijklm/nopqrs/tuvwxyz" }
            .Select(Encoding.UTF8.GetBytes);

    public static void Run(byte[] bytes)
    {
        int end = Array.IndexOf(bytes, (byte)'\n');
        if (end < 0 || bytes.Length > 500) return;
        byte[] filter = bytes[..end];
        byte[] name = bytes[(end + 1)..];

        bool validName = TopicName.IsValid(name, out _);
        bool validFilter = TopicFilter.IsValid(filter, out _);
        Require(validName == (IsText(name) && !name.Contains((byte)'#') && !name.Contains((byte)'+')), "name");
        Require(validFilter == (IsText(filter) && HasWildcardsInPlace(LevelsOf(filter))), "filter");
        if (validName && validFilter) Require(TopicFilter.Matches(filter, name) == Matches(LevelsOf(filter), LevelsOf(name)), "match");
    }

    private static bool IsText(byte[] text) => text.Length is >= 1 and <= 65_535 && Utf8.IsValid(text) && !text.Contains((byte)0);

    private static string[] LevelsOf(byte[] topic) => Encoding.Latin1.GetString(topic).Split('/');

    private static bool HasWildcardsInPlace(string[] levels) =>
        levels.All(level => level.Length == 1 || !level.Contains('+') && !level.Contains('#')) && !levels.SkipLast(1).Contains("#");

    private static bool Matches(string[] filter, string[] name)
    {
        if (name[0].StartsWith('$') && filter[0] is ("+" or "#")) return false;
        bool all = filter[^1] == "#";
        if (all) filter = filter[..^1];
        return (all ? name.Length >= filter.Length : name.Length == filter.Length)
            && filter.Zip(name).All(pair => pair.First == "+" || pair.First == pair.Second);
    }

    private static void Require(bool holds, string what)
    {
        if (!holds) throw new InvalidOperationException($"The codec and the letter of 4.7 differ: {what}.");
    }
}
