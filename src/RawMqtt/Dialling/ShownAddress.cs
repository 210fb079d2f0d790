// SPDX-License-Identifier: MIT

namespace RawMqtt.Dialling;

/// <summary>Makes an address fit to be shown: without its secrets, and not longer than a line.</summary>
internal static class ShownAddress
{
    /// <summary>Returns the address with *** for the password and for the query, because a signed address has its secret there.</summary>
    public static string Of(string text)
    {
        int start = text.IndexOf("://", StringComparison.Ordinal);
        start = start < 0 ? 0 : start + 3;
        int at = text.LastIndexOf('@');
        int colon = text.IndexOf(':', start);
        if (colon >= 0 && colon < at) text = $"{text[..colon]}:***{text[at..]}";
        text = WithoutQuery(text);
        return text.Length <= 200 ? text : $"{text[..200]}...";
    }

    public static string WithoutQuery(string text) => text.IndexOf('?', StringComparison.Ordinal) is var query and >= 0 ? $"{text[..query]}?***" : text;
}
