// SPDX-License-Identifier: MIT

using RawMqtt.WebSockets;

namespace RawMqtt.Tests.WebSockets;

public class MaskKeysTests
{
    [Fact]
    [Rule("WS-5.3-2", "WS-5.3-4")]
    public void Each_key_is_drawn_once()
    {
        uint drawn = 0;
        var keys = new MaskKeys(bytes =>
        {
            for (int at = 0; at < bytes.Length; at += sizeof(uint)) BitConverter.TryWriteBytes(bytes[at..], ++drawn);
        });

        for (uint expected = 1; expected <= 5000; expected++) Assert.Equal(expected, keys.Next());
    }

    /// <summary>The first draw and a later one fail half-way; then the generator works again.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1024)]
    [Rule("WS-5.3-3", "WS-10.3-1")]
    public void No_key_is_given_out_when_the_generator_fails(int before)
    {
        bool fails = false;
        var keys = new MaskKeys(bytes =>
        {
            bytes.Fill(0x5A);
            if (!fails) return;
            bytes[..100].Clear();
            throw new IOException("no random bytes");
        });
        for (int i = 0; i < before; i++) keys.Next();

        fails = true;
        for (int i = 0; i < 3; i++) Assert.Throws<IOException>(() => keys.Next());

        fails = false;
        Assert.Equal(0x5A5A5A5Au, keys.Next());
    }
}
