// SPDX-License-Identifier: MIT

using System.Text;
using System.Text.Unicode;
using RawMqtt.WebSockets;

namespace RawMqtt.Tests.WebSockets;

public class StreamingUtf8Tests
{
    // The first and last of each range of RFC 3629 section 4, and what lies just outside.
    public static TheoryData<string, bool> Texts => new()
    {
        { "", true },
        { "00", true },
        { "7F", true },
        { "80", false },
        { "BF", false },
        { "C080", false },
        { "C1BF", false },
        { "C280", true },
        { "DFBF", true },
        { "C27F", false },
        { "C2C0", false },
        { "E09FBF", false },
        { "E0A080", true },
        { "ED9FBF", true },
        { "EDA080", false },
        { "EDBFBF", false },
        { "EE8080", true },
        { "EFBFBF", true },
        { "F08FBFBF", false },
        { "F0908080", true },
        { "F48FBFBF", true },
        { "F4908080", false },
        { "F5808080", false },
        { "F888808080", false },
        { "FE", false },
        { "FF", false },
        { "C2", false },
        { "E0A0", false },
        { "F09080", false },
        { "CEBAE1BDB9CF83CEBCCEB5", true },
        { "CEBAE1BDB9CF83CEBCCEB5EDA080656469746564", false },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    [Rule("WS-8.1-1", "WS-5.6-1")]
    public void Every_cut_equals_the_whole(string hex, bool valid)
    {
        byte[] text = [.. "some ASCII before, "u8, .. Convert.FromHexString(hex)];
        foreach (byte[][] parts in Cuts.Of(text))
        {
            var utf8 = new StreamingUtf8();
            bool got = true;
            foreach (byte[] part in parts)
                got = got && utf8.TryAppend(part);
            Assert.Equal(valid, got && utf8.IsComplete);
        }
    }

    [Fact]
    [Rule("WS-8.1-1")]
    public void Every_pair_and_triple_of_bytes_is_judged_at_its_first_wrong_byte()
    {
        byte[] text = new byte[3];
        for (int value = 0; value < 1 << 24; value += value < 0xC00000 ? 40_009 : 61)
        {
            (text[0], text[1], text[2]) = ((byte)(value >> 16), (byte)(value >> 8), (byte)value);
            var utf8 = new StreamingUtf8();
            int taken = 0;
            while (taken < 3 && utf8.TryAppend(text.AsSpan(taken, 1)))
                taken++;
            Assert.Equal(LengthThatCanBecomeValid(text), taken);
            if (taken == 3)
                Assert.Equal(Utf8.IsValid(text), utf8.IsComplete);
        }
    }

    [Fact]
    [Rule("WS-8.1-1", "WS-5.6-1")]
    public void A_wrong_byte_is_seen_inside_a_frame()
    {
        byte[] frame = RawFrame.To(WebSocketRole.Server, 0x81,
            [.. Encoding.UTF8.GetBytes(new string('\u00E9', 500)), 0xF4, 0x90, 0x80, 0x80, .. new byte[500]]);
        Conversation conversation = Conversation.With(WebSocketRole.Server, [frame[..1009]]);
        Assert.Empty(conversation.Log);
        conversation.Feed([frame[1009]]);
        Assert.Equal(["WS-8.1-1 1007"], conversation.Log);
    }

    // Some way to go on exists: tried with all of the shortest and longest continuations.
    private static int LengthThatCanBecomeValid(byte[] text)
    {
        byte[][] endings = [[], [0x80], [0xBF], [0x80, 0x80], [0xBF, 0xBF], [0xA0, 0x80], [0x90, 0x80, 0x80], [0x8F, 0x80, 0x80],
            [0x90, 0x80], [0x80, 0x80, 0x80]];
        for (int length = 3; length > 0; length--)
        {
            if (endings.Any(ending => Utf8.IsValid([.. text[..length], .. ending]))) return length;
        }

        return 0;
    }
}
