// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Codec;

namespace RawMqtt.Tests.Codec;

public class TopicNameTests
{
    [Fact]
    [Rule("MQTT-1.5.3-1", "MQTT-1.5.3-2", "MQTT-4.7.1-1", "MQTT-4.7.3-1", "MQTT-4.7.3-2")]
    public void One_byte_decides_wherever_it_stands() => OneByte.Decides(TopicName.IsValid, ProtocolViolation.EmptyTopic, (value, _) => value switch
    {
        0 => ProtocolViolation.NullCharacter,
        (byte)'#' or (byte)'+' => ProtocolViolation.WildcardInTopicName,
        > 0x7F => ProtocolViolation.IllFormedUtf8,
        _ => null,
    });

    /// <summary>Behind a character beyond ASCII the faults are the same, the first in the order of the checks.</summary>
    [Theory]
    [InlineData("é", null)]
    [InlineData("é\0", "MQTT-1.5.3-2")]
    [InlineData("é#", "MQTT-4.7.1-1")]
    [InlineData("+é", "MQTT-4.7.1-1")]
    [InlineData("é+\0", "MQTT-1.5.3-2")]
    [Rule("MQTT-1.5.3-2", "MQTT-4.7.1-1")]
    public void Beyond_ASCII_the_same_is_forbidden(string name, string? rule)
    {
        TopicName.IsValid(Encoding.UTF8.GetBytes(name), out ProtocolViolation? violation);
        Assert.Equal(rule, violation?.Rule);
        TopicName.IsValidInPublish(Encoding.UTF8.GetBytes(name), out violation);
        Assert.Equal(rule == "MQTT-4.7.1-1" ? "MQTT-3.3.2-2" : rule, violation?.Rule);
    }

    /// <summary>A character of two to four bytes at each place, and cut off at the end.</summary>
    [Fact]
    [Rule("MQTT-1.5.3-1")]
    public void Characters_beyond_ASCII_are_read_whole()
    {
        foreach (string character in new[] { "é", "日", "\U0010FFFF" })
        {
            byte[] bytes = Encoding.UTF8.GetBytes(character);
            for (int before = 0; before < 40; before++)
            {
                for (int after = 0; after < 40; after++)
                {
                    byte[] name = [.. Enumerable.Repeat((byte)'a', before), .. bytes, .. Enumerable.Repeat((byte)'a', after)];
                    Assert.True(TopicName.IsValid(name, out _));
                }

                byte[] cut = [.. Enumerable.Repeat((byte)'a', before), .. bytes[..^1]];
                Assert.False(TopicName.IsValid(cut, out ProtocolViolation? violation));
                Assert.Equal(ProtocolViolation.IllFormedUtf8, violation);
            }
        }
    }

    [Fact]
    [Rule("MQTT-4.7.3-1", "MQTT-4.7.3-3")]
    public void Length_is_1_to_65535_bytes()
    {
        byte[] longest = [.. Enumerable.Repeat((byte)'a', 65_536)];
        Assert.False(TopicName.IsValid(default, out ProtocolViolation? violation));
        Assert.Equal(ProtocolViolation.EmptyTopic, violation);
        Assert.True(TopicName.IsValid(longest.AsSpan(1), out _));
        Assert.False(TopicName.IsValid(longest, out violation));
        Assert.Equal(ProtocolViolation.TopicTooLong, violation);
    }

    /// <summary>4.7.3 and 4.7.1.1: what else a name may look like.</summary>
    [Theory]
    [InlineData("/")]
    [InlineData("//")]
    [InlineData("/finance")]
    [InlineData("Accounts payable")]
    [InlineData("$SYS/")]
    [InlineData("a/$b")]
    [InlineData("\u0001\u007F")]
    [InlineData("\uFEFF")]
    [InlineData("\uFFFF")]
    public void Names_need_no_more(string name) => Assert.True(TopicName.IsValid(Encoding.UTF8.GetBytes(name), out _));
}
