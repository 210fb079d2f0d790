// SPDX-License-Identifier: MIT

namespace RawMqtt.WebSockets;

/// <summary>Reads an element of the header field Forwarded, with which one proxy describes its request, RFC 7239 4.</summary>
internal static class ForwardedElement
{
    /// <summary>Returns the value of a parameter, without quotes; null if the element does not have it.</summary>
    public static string? ValueOf(string element, string parameter)
    {
        foreach (string pair in element.Split(';'))
        {
            string[] parts = pair.Split('=', 2, StringSplitOptions.TrimEntries);
            if (parts.Length == 2 && parts[0].Equals(parameter, StringComparison.OrdinalIgnoreCase)) return parts[1].Trim('"');
        }

        return null;
    }
}
