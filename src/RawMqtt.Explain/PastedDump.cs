// SPDX-License-Identifier: MIT

using System.Text.RegularExpressions;

namespace RawMqtt.Explain;

/// <summary>A dump with offsets, as hexdump -C, xxd, od -tx1 and tcpdump -X write it.</summary>
/// <remarks>Each offset must be the one before plus the number of bytes on that line, so that no data is taken for an offset.
/// The last line may be an offset alone.</remarks>
internal static partial class PastedDump
{
    private const long MostInALine = 16;
    private const int MostRepeated = 1 << 28;

    public static bool TryRead(string[] lines, out byte[] bytes) => TryRead(lines, radix: 16, out bytes) || TryRead(lines, radix: 8, out bytes);

    private static bool TryRead(string[] text, int radix, out byte[] bytes)
    {
        bytes = [];
        List<(long? Offset, string Tail)> lines = [.. text.Select(line => Split(line, radix))];
        if (lines.Count == 0 || lines[0].Offset is not long first || (lines.Count == 1 && !AloneWithOffset().IsMatch(text[0]))) return false;

        var all = new List<byte>();
        byte[] last = [];
        for (int i = 0; i < lines.Count; i++)
        {
            if (lines[i].Offset is not long offset) // *: the same again, up to the next offset
            {
                if (lines[i].Tail != "*" || last.Length == 0 || i + 1 == lines.Count) return false;
                if (lines[i + 1].Offset is not long end || end - first > MostRepeated) return false;
                while (all.Count < end - first) all.AddRange(last);
                continue;
            }

            if (offset == 0) first = -all.Count; // another dump begins
            if (offset - first != all.Count) return false;
            // The next offset tells how many bytes there are, even where the characters beside them look like digits.
            bool isFollowed = i + 1 < lines.Count && lines[i + 1].Offset > offset;
            long most = isFollowed ? lines[i + 1].Offset!.Value - offset : last.Length > 0 ? last.Length : MostInALine;
            last = ReadBytes(lines[i].Tail, most);
            all.AddRange(last);
        }

        bytes = [.. all];
        return bytes.Length > 0;
    }

    private static (long? Offset, string Tail) Split(string line, int radix)
    {
        Match match = Line().Match(line);
        if (!match.Success) return (null, line);
        long offset = 0;
        foreach (char c in match.Groups["offset"].Value)
        {
            int digit = char.IsAsciiDigit(c) ? c - '0' : char.ToLowerInvariant(c) - 'a' + 10;
            if (digit >= radix) return (null, line);
            offset = offset * radix + digit;
        }

        return (offset, match.Groups["rest"].Value);
    }

    /// <summary>Reads the digits up to the characters, which begin with | or > or after three spaces.</summary>
    private static byte[] ReadBytes(string rest, long most)
    {
        var bytes = new List<byte>();
        foreach (Match digits in Digits().Matches(Characters().Replace(rest.Trim(), "")))
        {
            if (bytes.Count == most) break;
            bytes.Add(Convert.ToByte(digits.Groups["byte"].Value, 16));
        }

        return [.. bytes];
    }

    [GeneratedRegex(@"^\s*(0[xX])?(?<offset>[0-9a-fA-F]{4,12})(:|\s|$)(?<rest>.*)$")]
    private static partial Regex Line();

    [GeneratedRegex(@"^\s*(0[xX])?[0-9a-fA-F]{4,12}(:|\s{2,})")]
    private static partial Regex AloneWithOffset();

    [GeneratedRegex(@"(\||>|\s{3,}).*$")]
    private static partial Regex Characters();

    [GeneratedRegex(@"\G\s*(?<byte>[0-9a-fA-F]{2})")]
    private static partial Regex Digits();
}
