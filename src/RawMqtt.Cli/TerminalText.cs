// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Globalization;
using System.Text;

namespace RawMqtt.Cli;

/// <summary>Makes bytes from a peer safe to show on a terminal: control characters could move the cursor or fake a line.</summary>
internal static class TerminalText
{
    /// <summary>Returns the text with control characters, and bytes that are not UTF-8, as \n, \r, \t or \xNN.</summary>
    public static byte[] Escape(ReadOnlySpan<byte> text)
    {
        var escaped = new StringBuilder(text.Length);
        while (!text.IsEmpty)
        {
            OperationStatus status = Rune.DecodeFromUtf8(text, out Rune rune, out int length);
            if (status == OperationStatus.Done && !IsControl(rune)) escaped.Append(rune.ToString());
            else foreach (byte b in text[..length]) escaped.Append(Escape(b));
            text = text[length..];
        }

        return Encoding.UTF8.GetBytes(escaped.ToString());
    }

    /// <summary>Returns the text with control characters as \n, \r, \t or \xNN.</summary>
    public static string Escape(string text) => Encoding.UTF8.GetString(Escape(Encoding.UTF8.GetBytes(text)));

    /// <summary>The same for text of several lines, which stay.</summary>
    public static string EscapeLines(string text) => string.Join('\n', text.Split('\n').Select(Escape));

    /// <inheritdoc cref="EscapeJson(string)"/>
    public static byte[] EscapeJson(ReadOnlySpan<byte> json) => Encoding.UTF8.GetBytes(EscapeJson(Encoding.UTF8.GetString(json)));

    /// <summary>Returns JSON of the same value: control characters are \uNNNN, and the ends of lines between tokens stay.</summary>
    public static string EscapeJson(string json)
    {
        var escaped = new StringBuilder(json.Length);
        foreach (Rune rune in json.EnumerateRunes())
        {
            bool isLayout = rune.Value is '\n' or '\t'; // within strings, JSON has them escaped already
            if (isLayout || !IsControl(rune)) escaped.Append(rune.ToString());
            else foreach (char unit in rune.ToString()) escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}");
        }

        return escaped.ToString();
    }

    /// <summary>True for controls, and for the characters that change the direction of a line or end it.</summary>
    private static bool IsControl(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    private static string Escape(byte b) => b switch
    {
        (byte)'\n' => @"\n",
        (byte)'\r' => @"\r",
        (byte)'\t' => @"\t",
        _ => $@"\x{b:x2}",
    };
}
