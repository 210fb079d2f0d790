// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Text;

namespace RawMqtt.Server;

/// <summary>Writes values into lines of the log, in the form of the broker's own lines.</summary>
internal static class LogText
{
    private const int MaxLength = 256;

    /// <summary>Quotes a value: cut and escaped, because a peer or a file may control it.</summary>
    public static string Quote(string value)
    {
        var text = new StringBuilder("\"");
        foreach (char c in value.AsSpan(0, Math.Min(value.Length, MaxLength)))
        {
            bool isVisible = char.GetUnicodeCategory(c) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator);
            if (isVisible && c is not ('"' or '\\')) text.Append(c);
            else text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
        }

        return text.Append(value.Length > MaxLength ? "...\"" : "\"").ToString();
    }
}
