// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Codec;

namespace RawMqtt.Tests.Codec;

public class TopicFilterTests
{
    /// <summary>The examples of 4.7, and the facts around them.</summary>
    [Theory]
    [InlineData("sport/tennis/player1/#", "sport/tennis/player1", true)]
    [InlineData("sport/tennis/player1/#", "sport/tennis/player1/ranking", true)]
    [InlineData("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", true)]
    [InlineData("sport/tennis/player1/#", "sport/tennis/player10", false)]
    [InlineData("sport/#", "sport", true)]
    [InlineData("sport/#", "sport/", true)]
    [InlineData("#", "sport", true)]
    [InlineData("#", "/", true)]
    [InlineData("sport/tennis/+", "sport/tennis/player1", true)]
    [InlineData("sport/tennis/+", "sport/tennis/player1/ranking", false)]
    [InlineData("sport/+", "sport", false)]
    [InlineData("sport/+", "sport/", true)]
    [InlineData("+", "finance", true)]
    [InlineData("+", "/finance", false)]
    [InlineData("+/+", "/finance", true)]
    [InlineData("/+", "/finance", true)]
    [InlineData("+/tennis/#", "sport/tennis", true)]
    [InlineData("+/tennis/#", "/tennis/x/y", true)]
    [InlineData("a//b", "a//b", true)]
    [InlineData("a//b", "a/b", false)]
    [InlineData("a/+/b", "a//b", true)]
    [InlineData("/a", "a", false)]
    [InlineData("a/", "a", false)]
    [InlineData("a", "a/", false)]
    [Rule("MQTT-4.7.1-2", "MQTT-4.7.1-3")]
    public void Wildcards(string filter, string name, bool matches) => Assert.Equal(matches, Matches(filter, name));

    [Theory]
    [InlineData("#", "$SYS/uptime", false)]
    [InlineData("+/uptime", "$SYS/uptime", false)]
    [InlineData("+/#", "$SYS/uptime", false)]
    [InlineData("+", "$SYS", false)]
    [InlineData("$SYS/#", "$SYS/uptime", true)]
    [InlineData("$SYS/#", "$SYS", true)]
    [InlineData("$SYS/+", "$SYS/uptime", true)]
    [InlineData("$SYS/uptime", "$SYS/uptime", true)]
    [InlineData("a/+", "a/$b", true)]
    [InlineData("/#", "/$b", true)]
    [Rule("MQTT-4.7.2-1")]
    public void Dollar(string filter, string name, bool matches) => Assert.Equal(matches, Matches(filter, name));

    [Theory]
    [InlineData("ACCOUNTS", "Accounts", false)]
    [InlineData("Accounts payable", "Accounts payable", true)]
    [InlineData("\u00E9", "e\u0301", false)] // é, composed and not
    [InlineData("\uFF21", "A", false)] // full width
    [InlineData("\uFFFD", "\uFFFE", false)]
    [InlineData("日本/+", "日本/東京", true)]
    [Rule("MQTT-4.7.3-4")]
    public void Characters_are_taken_as_sent(string filter, string name, bool matches) => Assert.Equal(matches, Matches(filter, name));

    [Theory]
    [InlineData("#", null)]
    [InlineData("+", null)]
    [InlineData("/#", null)]
    [InlineData("+/#", null)]
    [InlineData("a/+/+/b/#", null)]
    [InlineData("//", null)]
    [InlineData("", "MQTT-4.7.3-1")]
    [InlineData("a#", "MQTT-4.7.1-2")]
    [InlineData("#a", "MQTT-4.7.1-2")]
    [InlineData("#/", "MQTT-4.7.1-2")]
    [InlineData("#/#", "MQTT-4.7.1-2")]
    [InlineData("a/#/b", "MQTT-4.7.1-2")]
    [InlineData("a/b#", "MQTT-4.7.1-2")]
    [InlineData("a+", "MQTT-4.7.1-3")]
    [InlineData("+a", "MQTT-4.7.1-3")]
    [InlineData("++", "MQTT-4.7.1-3")]
    [InlineData("a/+b/c", "MQTT-4.7.1-3")]
    [InlineData("a\0", "MQTT-1.5.3-2")]
    [InlineData("+/\0", "MQTT-1.5.3-2")]
    [Rule("MQTT-4.7.1-2", "MQTT-4.7.1-3", "MQTT-4.7.3-1", "MQTT-4.7.3-2")]
    public void Wildcards_have_their_places(string filter, string? rule)
    {
        Assert.Equal(rule is null, TopicFilter.IsValid(Encoding.UTF8.GetBytes(filter), out ProtocolViolation? violation));
        Assert.Equal(rule, violation?.Rule);
    }

    [Fact]
    [Rule("MQTT-1.5.3-1", "MQTT-1.5.3-2", "MQTT-4.7.1-2", "MQTT-4.7.1-3", "MQTT-4.7.3-1")]
    public void One_byte_decides_wherever_it_stands() => OneByte.Decides(TopicFilter.IsValid, ProtocolViolation.EmptyTopic, (value, length) => value switch
    {
        0 => ProtocolViolation.NullCharacter,
        (byte)'#' when length > 1 => ProtocolViolation.MisplacedMultiLevelWildcard,
        (byte)'+' when length > 1 => ProtocolViolation.MisplacedSingleLevelWildcard,
        > 0x7F => ProtocolViolation.IllFormedUtf8,
        _ => null,
    });

    [Fact]
    [Rule("MQTT-4.7.3-3")]
    public void Length_is_at_most_65535_bytes()
    {
        byte[] filter = [(byte)'+', .. Enumerable.Repeat((byte)'/', 65_535)];
        Assert.True(TopicFilter.IsValid(filter.AsSpan(0, 65_535), out _));
        Assert.False(TopicFilter.IsValid(filter, out ProtocolViolation? violation));
        Assert.Equal(ProtocolViolation.TopicTooLong, violation);
    }

    /// <summary>All filters against all names of up to five characters out of those that decide, by the letter of 4.7 on lists of levels.</summary>
    [Fact]
    [Rule("MQTT-4.7.1-2", "MQTT-4.7.1-3", "MQTT-4.7.2-1")]
    public void All_short_filters_and_names_agree_with_the_letter()
    {
        string[] names = Words("a$/", 5).ToArray();
        string[] filters = Words("a$/+#", 5).ToArray();
        byte[][] nameBytes = names.Select(Encoding.UTF8.GetBytes).ToArray();
        int valid = 0;
        foreach (string filter in filters)
        {
            byte[] filterBytes = Encoding.UTF8.GetBytes(filter);
            string[] levels = filter.Split('/');
            if (TopicFilter.IsValid(filterBytes, out _) != IsValidByTheLetter(levels)) Assert.Fail(filter);
            if (!IsValidByTheLetter(levels)) continue;
            valid++;
            for (int i = 0; i < names.Length; i++)
            {
                if (TopicFilter.Matches(filterBytes, nameBytes[i]) != MatchesByTheLetter(levels, names[i].Split('/'))) Assert.Fail($"{filter} and {names[i]}");
            }
        }

        Assert.InRange(valid, 500, filters.Length - 1);
    }

    private static bool IsValidByTheLetter(string[] levels) =>
        levels.All(level => level.Length == 1 || !level.Contains('+') && !level.Contains('#')) && !levels.SkipLast(1).Contains("#");

    private static bool MatchesByTheLetter(string[] filter, string[] name)
    {
        if (name[0].StartsWith('$') && filter[0] is ("+" or "#")) return false;
        if (filter[^1] == "#")
        {
            string[] parent = filter[..^1];
            return name.Length >= parent.Length && SameLevels(parent, name[..parent.Length]);
        }

        return name.Length == filter.Length && SameLevels(filter, name);
    }

    private static bool SameLevels(string[] filter, string[] name) => filter.Zip(name).All(pair => pair.First == "+" || pair.First == pair.Second);

    private static IEnumerable<string> Words(string alphabet, int longest)
    {
        IEnumerable<string> words = [""];
        for (int length = 1; length <= longest; length++)
        {
            words = words.SelectMany(word => alphabet.Select(letter => word + letter)).ToArray();
            foreach (string word in words) yield return word;
        }
    }

    private static bool Matches(string filter, string name)
    {
        byte[] filterBytes = Encoding.UTF8.GetBytes(filter);
        Assert.True(TopicFilter.IsValid(filterBytes, out _));
        return TopicFilter.Matches(filterBytes, Encoding.UTF8.GetBytes(name));
    }
}
