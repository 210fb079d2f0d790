// SPDX-License-Identifier: MIT

using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using RawMqtt.Cli;

namespace RawMqtt.Tests.Cli;

public class TerminalTextTests
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Theory]
    [InlineData("plain text, grüße, 日本 🙂", "plain text, grüße, 日本 🙂")]
    [InlineData("a\nfake/topic 1", @"a\nfake/topic 1")]
    [InlineData("\u001b[2Jgone\u0007", @"\x1b[2Jgone\x07")]
    [InlineData("\r\t\u007f", @"\r\t\x7f")]
    [InlineData("\u009b31m", @"\xc2\x9b31m")]
    [InlineData("\u202eevil\u2028", @"\xe2\x80\xaeevil\xe2\x80\xa8")]
    public void Control_characters_are_escaped_and_text_is_not(string text, string shown) => Assert.Equal(shown, TerminalText.Escape(text));

    /// <summary>C0, DEL, C1, and what changes the direction of text or ends a line: none may reach a terminal, in text, in lines or in JSON.</summary>
    [Fact]
    public void No_character_that_moves_text_is_left()
    {
        IEnumerable<int> moving = Enumerable.Range(0, 0x20).Concat(Enumerable.Range(0x7f, 0x21))
            .Concat([0x61c, 0x200e, 0x200f, 0x2028, 0x2029, .. Enumerable.Range(0x202a, 5), .. Enumerable.Range(0x2066, 4), 0xfeff]);
        foreach (char character in moving.Select(code => (char)code))
        {
            string text = $"a{character}b";
            Assert.DoesNotContain(character, TerminalText.Escape(text));
            if (character == '\n') continue;
            Assert.DoesNotContain(character, TerminalText.EscapeLines(text));
            string json = JsonSerializer.Serialize(text, Relaxed);
            Assert.DoesNotContain(character, TerminalText.EscapeJson(json));
            Assert.Equal(text, JsonSerializer.Deserialize<string>(TerminalText.EscapeJson(json)));
        }
    }

    [Fact]
    public void Lines_stay_lines() => Assert.Equal("a\n\\x1bb\n", TerminalText.EscapeLines("a\n\u001bb\n"));

    [Fact]
    public void Bytes_that_are_not_utf8_are_escaped() =>
        Assert.Equal(@"a\xff\xc3b\x9b", Encoding.UTF8.GetString(TerminalText.Escape([(byte)'a', 0xff, 0xc3, (byte)'b', 0x9b])));
}
