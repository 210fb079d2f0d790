// SPDX-License-Identifier: MIT

using RawMqtt.Codec;

namespace RawMqtt.Tests.Codec;

public class Utf8TextTests
{
    /// <summary>Every sequence of up to three bytes that begins as more than ASCII, and the edges of those of four, against the table of RFC 3629, 4.</summary>
    [Fact]
    [Rule("MQTT-1.5.3-1")]
    public void Well_formed_is_what_the_table_of_RFC_3629_says()
    {
        int[] edges = [0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xFF];
        for (int first = 0x01; first <= 0xFF; first++)
        {
            Check([(byte)first]);
            for (int second = 0x01; second <= 0xFF; second++)
            {
                Check([(byte)first, (byte)second]);
                if (first < 0xE0) continue;
                for (int third = 0x01; third <= 0xFF; third++) Check([(byte)first, (byte)second, (byte)third]);
                if (first < 0xF0) continue;
                foreach (int third in edges)
                {
                    foreach (int fourth in edges) Check([(byte)first, (byte)second, (byte)third, (byte)fourth]);
                }
            }
        }

        static void Check(ReadOnlySpan<byte> text)
        {
            if (text.Contains((byte)0)) return;
            bool valid = Utf8Text.IsValid(text, out ProtocolViolation? violation);
            if (valid != IsWellFormed(text) || violation != (valid ? null : ProtocolViolation.IllFormedUtf8)) Assert.Fail(Convert.ToHexString(text));
        }
    }

    [Fact]
    [Rule("MQTT-1.5.3-1", "MQTT-1.5.3-2")]
    public void One_byte_decides_wherever_it_stands() => OneByte.Decides(Utf8Text.IsValid, whenEmpty: null, (value, _) => value switch
    {
        0 => ProtocolViolation.NullCharacter,
        > 0x7F => ProtocolViolation.IllFormedUtf8,
        _ => null,
    });

    [Fact]
    [Rule("MQTT-1.5.3-3")]
    public void UFEFF_is_a_character_like_any_other()
    {
        Assert.True(Utf8Text.IsValid("\uFEFF"u8, out _));
        Assert.True(TopicFilter.Matches("\uFEFFa"u8, "\uFEFFa"u8));
        Assert.False(TopicFilter.Matches("a"u8, "\uFEFFa"u8));
        Assert.False(TopicFilter.Matches("\uFEFFa"u8, "a"u8));
    }

    /// <summary>RFC 3629, 4: the syntax of UTF-8 byte sequences, row by row.</summary>
    private static bool IsWellFormed(ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty)
        {
            int length =
                text is [<= 0x7F, ..] ? 1 :
                text is [>= 0xC2 and <= 0xDF, >= 0x80 and <= 0xBF, ..] ? 2 :
                text is [0xE0, >= 0xA0 and <= 0xBF, >= 0x80 and <= 0xBF, ..] ? 3 :
                text is [(>= 0xE1 and <= 0xEC) or 0xEE or 0xEF, >= 0x80 and <= 0xBF, >= 0x80 and <= 0xBF, ..] ? 3 :
                text is [0xED, >= 0x80 and <= 0x9F, >= 0x80 and <= 0xBF, ..] ? 3 :
                text is [0xF0, >= 0x90 and <= 0xBF, >= 0x80 and <= 0xBF, >= 0x80 and <= 0xBF, ..] ? 4 :
                text is [>= 0xF1 and <= 0xF3, >= 0x80 and <= 0xBF, >= 0x80 and <= 0xBF, >= 0x80 and <= 0xBF, ..] ? 4 :
                text is [0xF4, >= 0x80 and <= 0x8F, >= 0x80 and <= 0xBF, >= 0x80 and <= 0xBF, ..] ? 4 :
                0;
            if (length == 0) return false;
            text = text[length..];
        }

        return true;
    }
}
