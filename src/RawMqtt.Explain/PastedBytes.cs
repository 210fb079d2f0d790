// SPDX-License-Identifier: MIT

using System.Text.RegularExpressions;

namespace RawMqtt.Explain;

/// <summary>Reads bytes as people write and paste them: hexadecimal in many forms, or base64.</summary>
public static partial class PastedBytes
{
    /// <summary>Reads hexadecimal, bare, spaced or as a dump with offsets, or base64. Returns false if the text is neither.</summary>
    public static bool TryRead(string text, out byte[] bytes) => TryReadHex(text, out bytes) || TryReadBase64(text, out bytes);

    /// <summary>Reads hexadecimal: digits with or without spaces, 0x, braces, or a dump with offsets. Returns false if the text is anything else.</summary>
    public static bool TryReadHex(string text, out byte[] bytes)
    {
        if (Braces().Match(text) is { Success: true } array) text = array.Groups["inner"].Value; // xxd -i
        string[] lines = [.. text.Split('\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0)];
        if (PastedDump.TryRead(lines, out bytes)) return true;

        var all = new List<byte>();
        foreach (string line in lines)
        {
            if (!TryReadDigits(line, all)) return false;
        }

        bytes = [.. all];
        return true;
    }

    private static bool TryReadDigits(string text, List<byte> bytes)
    {
        string digits = Separators().Replace(Prefix().Replace(text, ""), "");
        if (digits.Length % 2 != 0 || !digits.All(char.IsAsciiHexDigit)) return false;
        bytes.AddRange(Convert.FromHexString(digits));
        return true;
    }

    /// <summary>Reads one run of characters, or lines of one length as base64(1) breaks them, so that words are not taken for base64.</summary>
    private static bool TryReadBase64(string text, out byte[] bytes)
    {
        bytes = [];
        string[] lines = [.. text.Trim().Split('\n').Select(line => line.TrimEnd('\r'))];
        if (lines.Any(line => line.Any(char.IsWhiteSpace))) return false;
        if (lines[..^1].Any(line => line.Length < ShortestBrokenLine || line.Length != lines[0].Length)) return false;

        string packed = string.Concat(lines);
        byte[] read = new byte[packed.Length];
        if (!Convert.TryFromBase64String(packed, read, out int length)) return false;
        bytes = read[..length];
        return true;
    }

    private const int ShortestBrokenLine = 64;

    [GeneratedRegex(@"\b0[xX]")]
    private static partial Regex Prefix();

    [GeneratedRegex(@"[\s,:;-]+")]
    private static partial Regex Separators();

    [GeneratedRegex(@"\{(?<inner>[^{}]*)\}")]
    private static partial Regex Braces();
}
