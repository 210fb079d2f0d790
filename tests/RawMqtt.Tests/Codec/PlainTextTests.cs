// SPDX-License-Identifier: MIT

using RawMqtt.Codec;

namespace RawMqtt.Tests.Codec;

public class PlainTextTests
{
    /// <summary>A machine of the other byte order sees each word of 2, 4 or 8 bytes turned round: the answer is the same.</summary>
    [Fact]
    public void Answer_does_not_depend_on_the_order_of_bytes_in_a_word()
    {
        var random = new Random(19);
        byte[] likely = [0, 1, (byte)'#', (byte)'+', (byte)'a', 0x7F, 0x80, 0xFF];
        int plain = 0;
        for (int i = 0; i < 20_000; i++)
        {
            byte[] text = new byte[8 * random.Next(1, 9)];
            Array.Fill(text, (byte)'t');
            if (random.Next(3) > 0) text[random.Next(text.Length)] = likely[random.Next(likely.Length)];
            foreach (int word in (int[])[2, 4, 8])
            {
                byte[] swapped = (byte[])text.Clone();
                for (int at = 0; at < swapped.Length; at += word) Array.Reverse(swapped, at, word);

                Assert.Equal(PlainText.Is(text, wildcards: true), PlainText.Is(swapped, wildcards: true));
                Assert.Equal(PlainText.Is(text, wildcards: false), PlainText.Is(swapped, wildcards: false));
            }

            if (PlainText.Is(text, wildcards: false)) plain++;
        }

        Assert.InRange(plain, 5000, 15_000);
    }
}
