// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Cli;

namespace RawMqtt.Tests.Cli;

public class TerminalTextTests
{
    [Theory]
    [InlineData("plain text, grüße, 日本 🙂", "plain text, grüße, 日本 🙂")]
    [InlineData("a\nfake/topic 1", @"a\nfake/topic 1")]
    [InlineData("\u001b[2Jgone\u0007", @"\x1b[2Jgone\x07")]
    [InlineData("\r\t\u007f", @"\r\t\x7f")]
    [InlineData("\u009b31m", @"\xc2\x9b31m")]
    [InlineData("\u202eevil\u2028", @"\xe2\x80\xaeevil\xe2\x80\xa8")]
    public void Control_characters_are_escaped_and_text_is_not(string text, string shown) => Assert.Equal(shown, TerminalText.Escape(text));

    [Fact]
    public void Bytes_that_are_not_utf8_are_escaped() =>
        Assert.Equal(@"a\xff\xc3b\x9b", Encoding.UTF8.GetString(TerminalText.Escape([(byte)'a', 0xff, 0xc3, (byte)'b', 0x9b])));
}
