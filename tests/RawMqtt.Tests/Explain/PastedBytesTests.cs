// SPDX-License-Identifier: MIT

using RawMqtt.Explain;

namespace RawMqtt.Tests.Explain;

/// <summary>What people paste: the output of the usual programs is read as the bytes that went into them, and words are not.</summary>
public class PastedBytesTests
{
    private const string Short = "330a0003612f62000a686921";
    private const string Long = "3016000961616161626262623132333461626364656667683031";

    [Theory]
    [InlineData(Short, "330a0003612f62000a686921")]
    [InlineData(Short, "33:0a:00:03:61:2f:62:00:0a:68:69:21")]
    [InlineData(Short, "0x33 0x0a 0x00 0x03 0x61 0x2f 0x62 0x00 0x0a 0x68 0x69 0x21")]
    [InlineData(Short, "00000000  33 0a 00 03 61 2f 62 00  0a 68 69 21              |3...a/b..hi!|\n0000000c\n")] // hexdump -C
    [InlineData(Short, "00000000: 330a 0003 612f 6200 0a68 6921            3...a/b..hi!\n")] // xxd
    [InlineData(Short, "0000000 33 0a 00 03 61 2f 62 00 0a 68 69 21\n0000014\n")] // od -tx1
    [InlineData(Short, "000000 33 0a 00 03 61 2f 62 00 0a 68 69 21\n00000c\n")] // od -Ax -tx1
    [InlineData(Short, "0000000  33  0a  00  03  61  2f  62  00  0a  68  69  21\n0000014\n")] // od -tx1 of other systems
    [InlineData(Short, "  0x33, 0x0a, 0x00, 0x03, 0x61, 0x2f, 0x62, 0x00, 0x0a, 0x68, 0x69, 0x21\n")] // xxd -i
    [InlineData(Short, "unsigned char a_bin[] = {\n  0x33, 0x0a, 0x00, 0x03, 0x61, 0x2f, 0x62, 0x00, 0x0a, 0x68, 0x69, 0x21\n};\nunsigned int a_bin_len = 12;"
        + "\n")] // xxd -i FILE
    [InlineData(Short, "MwoAA2EvYgAKaGkh")]
    // tcpdump -X
    [InlineData(Long, "\t0x0000:  3016 0009 6161 6161 6262 6262 3132 3334  0...aaaabbbb1234\n\t0x0010:  6162 6364 6566 6768 3031                 abcdefgh01\n")]
    [InlineData(Long, "00000000: 3016 0009 6161 6161 6262 6262 3132 3334  0...aaaabbbb1234\n00000010: 6162 6364 6566 6768 3031                 abcdefgh01\n")]
    [InlineData(Long, "00000000: 3016 0009 6161 6161  0...aaaa\n00000008: 6262 6262 3132 3334  bbbb1234\n00000010: 6162 6364 6566 6768  abcdefgh\n00000018: "
        + "3031                 01\n")] // xxd -c 8
    [InlineData(Long, "0000000 30 16 00 09 61 61 61 61 62 62 62 62 31 32 33 34\n0000020 61 62 63 64 65 66 67 68 30 31\n0000032\n")] // od -tx1
    [InlineData("00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000061", "00000000  00 00 00 00 00 00 00 00  00 "
        + "00 00 00 00 00 00 00  |................|\n*\n00000030  61                                                |a|\n00000031\n")]
    [InlineData("c000c000", "c000 c000")]
    [InlineData("c000c000", "c000\nc000\n")]
    [InlineData("c000d000", "00000000: c000  ..\n00000000: d000  ..\n")] // two dumps
    public void Dumps_are_read(string hex, string pasted)
    {
        Assert.True(PastedBytes.TryRead(pasted, out byte[] bytes));
        Assert.Equal(hex, Convert.ToHexStringLower(bytes));
    }

    [Theory]
    [InlineData("zz")]
    [InlineData("Hello World ok")]
    [InlineData("abc def\nghij")]
    public void Other_text_is_not_bytes(string pasted) => Assert.False(PastedBytes.TryRead(pasted, out _));

    [Fact]
    public void Wrapped_base64_is_read()
    {
        byte[] bytes = [.. Enumerable.Range(0, 200).Select(i => (byte)i)];
        Assert.True(PastedBytes.TryRead(Convert.ToBase64String(bytes, Base64FormattingOptions.InsertLineBreaks), out byte[] read));
        Assert.Equal(bytes, read);
    }
}
