using System.Text.RegularExpressions;

namespace RawMqtt.Cli.Wire;

/// <summary>Bytes as people write and paste them: hexadecimal in many forms, or base64.</summary>
internal static partial class PastedBytes
{
    /// <summary>Hexadecimal, bare, spaced or as a dump with offsets, else base64.</summary>
    public static bool TryRead(string text, out byte[] bytes) => TryReadHex(text, out bytes) || TryReadBase64(text, out bytes);

    public static bool TryReadHex(string text, out byte[] bytes)
    {
        var all = new List<byte>();
        bytes = [];
        foreach (string line in text.Split('\n'))
        {
            if (!TryReadLine(line.TrimEnd(), all)) return false;
        }

        bytes = [.. all];
        return true;
    }

    private static bool TryReadLine(string line, List<byte> bytes)
    {
        Match offset = Offset().Match(line);
        return offset.Success ? TryReadDumpLine(line[offset.Length..], bytes) : TryReadDigits(line, bytes);
    }

    /// <summary>Behind an offset: up to 16 bytes, and behind those the characters, which say nothing new.</summary>
    private static bool TryReadDumpLine(string line, List<byte> bytes)
    {
        int characters = line.IndexOfAny(['|', '>']);
        if (characters >= 0) line = line[..characters];
        int count = 0;
        foreach (string group in TwoSpaces().Split(line.Trim()))
        {
            var read = new List<byte>();
            if (count >= 16 || !TryReadDigits(group, read) || count + read.Count > 16)
            {
                if (count > 0) return true;
                return group.Length == 0;
            }

            bytes.AddRange(read);
            count += read.Count;
        }

        return true;
    }

    private static bool TryReadDigits(string text, List<byte> bytes)
    {
        string digits = Separators().Replace(Prefix().Replace(text, ""), "");
        if (digits.Length % 2 != 0 || !digits.All(char.IsAsciiHexDigit)) return false;
        bytes.AddRange(Convert.FromHexString(digits));
        return true;
    }

    private static bool TryReadBase64(string text, out byte[] bytes)
    {
        string packed = Separators().Replace(text, "");
        bytes = new byte[packed.Length];
        bool done = Convert.TryFromBase64String(packed, bytes, out int length);
        bytes = done ? bytes[..length] : [];
        return done;
    }

    [GeneratedRegex(@"^\s*[0-9a-fA-F]{4,16}(:|[ \t]{2,})")]
    private static partial Regex Offset();

    [GeneratedRegex(@"[ \t]{2,}")]
    private static partial Regex TwoSpaces();

    [GeneratedRegex(@"\b0[xX]")]
    private static partial Regex Prefix();

    [GeneratedRegex(@"[\s,:;-]+")]
    private static partial Regex Separators();
}
