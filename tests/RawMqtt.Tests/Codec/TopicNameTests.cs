using System.Text;
using RawMqtt.Codec;

namespace RawMqtt.Tests.Codec;

public class TopicNameTests
{
    /// <summary>Each byte value at each place of names of up to 70 bytes: short names are read in one piece, in two that overlap, or in a loop.</summary>
    [Fact]
    [Rule("MQTT-1.5.3-1", "MQTT-1.5.3-2", "MQTT-4.7.1-1", "MQTT-4.7.3-2")]
    public void One_byte_decides_wherever_it_stands()
    {
        using var atEnd = new GuardedBytes(new byte[70]);
        using var atStart = new GuardedBytes(new byte[70], atStart: true);
        for (int length = 1; length <= 70; length++)
        {
            Check(atEnd.Span[^length..]);
            Check(atStart.Span[..length]);
        }

        static void Check(Span<byte> name)
        {
            name.Fill((byte)'a');
            for (int i = 0; i < name.Length; i++)
            {
                for (int value = 0; value <= 0xFF; value++)
                {
                    name[i] = (byte)value;
                    ProtocolViolation? expected = value switch
                    {
                        0 => ProtocolViolation.NullCharacter,
                        '#' or '+' => ProtocolViolation.WildcardInTopicName,
                        > 0x7F => ProtocolViolation.IllFormedUtf8,
                        _ => null,
                    };
                    bool valid = TopicName.IsValid(name, out ProtocolViolation? violation);
                    if (violation != expected || valid != expected is null) Assert.Fail($"{value:X2} at {i} of {name.Length}: {violation}");
                }

                name[i] = (byte)'a';
            }
        }
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
