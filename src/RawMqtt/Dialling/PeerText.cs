// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Text;

namespace RawMqtt.Dialling;

/// <summary>Makes a peer's bytes and texts fit into a sentence: cut, and without what could move a terminal's cursor or add a line.</summary>
internal static class PeerText
{
    private const int LongestQuote = 120;

    /// <summary>Returns the text with ? for control and format characters, and at most so long.</summary>
    public static string Clean(string text, int most)
    {
        if (text.Length > most) text = $"{text.AsSpan(0, char.IsHighSurrogate(text[most - 1]) ? most - 1 : most)}...";
        return string.Create(text.Length, text, (cleaned, given) =>
        {
            for (int i = 0; i < cleaned.Length; i++)
            {
                cleaned[i] = char.GetUnicodeCategory(given[i]) is UnicodeCategory.Control or UnicodeCategory.Format
                    or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator ? '?' : given[i];
            }
        });
    }

    /// <summary>Returns the first line of the bytes in quotes, or the bytes in hexadecimal if that is no text.</summary>
    public static string Quote(ReadOnlySpan<byte> bytes)
    {
        int end = bytes.IndexOfAny((byte)'\r', (byte)'\n');
        ReadOnlySpan<byte> line = end > 0 ? bytes[..end] : bytes;
        return line.ContainsAnyExceptInRange((byte)' ', (byte)'~')
            ? $"the bytes {Convert.ToHexString(bytes[..Math.Min(bytes.Length, 16)])}"
            : $"\"{Clean(Encoding.ASCII.GetString(line), LongestQuote)}\"";
    }

    /// <summary>Returns the title of an HTML page, or the first words of any text, without tags.</summary>
    public static string FirstWords(string body)
    {
        int title = body.IndexOf("<title>", StringComparison.OrdinalIgnoreCase);
        int end = title < 0 ? -1 : body.IndexOf('<', title + 7);
        if (end > 0) return Clean(body[(title + 7)..end].Trim(), LongestQuote);

        var words = new StringBuilder();
        bool isTag = false;
        foreach (char c in body)
        {
            if (c is '<' or '>') isTag = c == '<';
            else if (isTag) continue;
            if (!char.IsWhiteSpace(c) && c is not ('<' or '>')) words.Append(c);
            else if (words.Length > 0 && words[^1] != ' ') words.Append(' ');
        }

        return Clean(words.ToString().TrimEnd(), LongestQuote);
    }

    /// <summary>Returns which program greets like this; null if none that is known.</summary>
    public static string? ProgramGreeting(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith("SSH-"u8)) return "an SSH server";
        if (bytes.StartsWith("220"u8)) return bytes.IndexOf("FTP"u8) >= 0 ? "an FTP server" : "a mail server (SMTP)";
        if (bytes.StartsWith("+OK"u8)) return "a mail server (POP3)";
        if (bytes.StartsWith("* OK"u8)) return "a mail server (IMAP)";
        if (bytes.StartsWith("AMQP"u8)) return "an AMQP broker; RabbitMQ has MQTT on port 1883 and WebSocket on 15675 with the path /ws";
        if (bytes.StartsWith("-ERR"u8) || bytes.StartsWith("-DENIED"u8)) return "a Redis server";
        if (bytes.StartsWith("INFO {"u8)) return "a NATS server";
        if (bytes.StartsWith("RFB "u8)) return "a VNC server";
        if (bytes is [_, _, 0, 0, 10, >= (byte)'0' and <= (byte)'9', ..]) return "a MySQL or MariaDB server";
        return bytes is [0xFF, >= 0xFB and <= 0xFE, ..] ? "a Telnet server" : null;
    }
}
