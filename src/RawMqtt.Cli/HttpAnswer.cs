// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Text;

namespace RawMqtt.Cli;

/// <summary>The head of an HTTP answer, as far as it came.</summary>
/// <param name="StatusLine">The first line.</param>
/// <param name="Status">The status; 0 if the first line has none.</param>
/// <param name="Fields">The header fields.</param>
/// <param name="IsWhole">The blank line behind the fields came.</param>
internal sealed record HttpAnswer(string StatusLine, int Status, IReadOnlyList<KeyValuePair<string, string>> Fields, bool IsWhole)
{
    private const int MostFieldsShown = 12;
    private const int MostCharactersShown = 80;

    private static readonly string[] SecretWords = ["cookie", "token", "auth", "secret", "key"];

    /// <summary>Returns the answer that the bytes begin with; null if they are not HTTP.</summary>
    public static HttpAnswer? Read(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.StartsWith("HTTP/"u8)) return null;
        int end = bytes.IndexOf("\r\n\r\n"u8);
        string[] lines = Encoding.Latin1.GetString(end < 0 ? bytes : bytes[..end]).Split("\r\n");
        string[] words = lines[0].Split(' ', 3);
        bool hasStatus = words.Length > 1 && int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out int _);
        int status = hasStatus ? int.Parse(words[1], CultureInfo.InvariantCulture) : 0;
        KeyValuePair<string, string>[] fields =
        [
            .. lines.Skip(1).Select(line => line.Split(':', 2)).Where(parts => parts.Length == 2)
                .Select(parts => KeyValuePair.Create(parts[0].Trim(), parts[1].Trim())),
        ];
        return new HttpAnswer(Cut(lines[0]), status, fields, end >= 0);
    }

    /// <summary>Returns a text of a server, cut to what is shown of it.</summary>
    public static string Cut(string text) => text.Length > MostCharactersShown ? $"{text[..MostCharactersShown]}..." : text;

    /// <summary>Returns the value of a field; null if it did not come.</summary>
    public string? Field(string name) => Fields.FirstOrDefault(field => field.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    /// <summary>Returns status and fields in one line, the values cut, and those masked that may be secrets.</summary>
    public override string ToString()
    {
        IEnumerable<string> shown = Fields.Take(MostFieldsShown).Select(field => $"{Cut(field.Key)}: {(IsSecret(field.Key) ? "***" : Cut(field.Value))}");
        string more = Fields.Count > MostFieldsShown ? $"; and {Fields.Count - MostFieldsShown} more" : "";
        return $"{string.Join("; ", [StatusLine, .. shown])}{more}{(IsWhole ? "" : "; the head does not end")}";
    }

    /// <summary>The key of the WebSocket handshake is none.</summary>
    private static bool IsSecret(string name) => !name.StartsWith("Sec-WebSocket-", StringComparison.OrdinalIgnoreCase)
        && Array.Exists(SecretWords, word => name.Contains(word, StringComparison.OrdinalIgnoreCase));
}
