// SPDX-License-Identifier: MIT

namespace RawMqtt.WebSockets;

/// <summary>The grammar of Sec-WebSocket-Extensions, RFC 6455 9.1. No extension is ever agreed on here, but a broken list is refused.</summary>
/// <remarks><c>extension *("," extension), extension = token *(";" token ["=" token or quoted token])</c></remarks>
internal static class ExtensionList
{
    /// <summary>Whether a field's value follows the grammar. Each field is checked by itself: joined by commas, as [WS-9.1-3] has it, valid lists are a valid
    /// list.</summary>
    public static bool IsValid(ReadOnlySpan<byte> value)
    {
        bool any = false;
        while (true)
        {
            value = value.TrimStart(" \t,"u8);
            if (value.IsEmpty) return any;
            if (!TryTakeExtension(ref value)) return false;
            any = true;
            value = value.TrimStart(" \t"u8);
            if (!value.IsEmpty && value[0] != ',') return false;
        }
    }

    private static bool TryTakeExtension(ref ReadOnlySpan<byte> rest)
    {
        if (!TryTakeToken(ref rest)) return false;
        while (TryTake(ref rest, (byte)';'))
        {
            if (!TryTakeToken(ref rest)) return false;
            if (TryTake(ref rest, (byte)'=') && !TryTakeQuoted(ref rest) && !TryTakeToken(ref rest)) return false;
        }

        return true;
    }

    private static bool TryTake(ref ReadOnlySpan<byte> rest, byte sign)
    {
        ReadOnlySpan<byte> trimmed = rest.TrimStart(" \t"u8);
        if (trimmed.IsEmpty || trimmed[0] != sign) return false;
        rest = trimmed[1..];
        return true;
    }

    private static bool TryTakeToken(ref ReadOnlySpan<byte> rest)
    {
        rest = rest.TrimStart(" \t"u8);
        int end = rest.IndexOfAny(" \t,;="u8);
        ReadOnlySpan<byte> token = end < 0 ? rest : rest[..end];
        rest = rest[token.Length..];
        return HttpFields.IsToken(token);
    }

    /// <summary>Once unescaped it has to be a token, [WS-4.3-1] [WS-9.1-2]; a backslash and what it escapes are one octet each.</summary>
    private static bool TryTakeQuoted(ref ReadOnlySpan<byte> rest)
    {
        ReadOnlySpan<byte> trimmed = rest.TrimStart(" \t"u8);
        if (trimmed.IsEmpty || trimmed[0] != '"') return false;
        int at = 1;
        bool any = false;
        while (at < trimmed.Length && trimmed[at] != '"')
        {
            if (trimmed[at] == '\\')
                at++;
            if (at >= trimmed.Length || !HttpFields.IsToken(trimmed.Slice(at, 1))) return false;
            any = true;
            at++;
        }

        if (!any || at >= trimmed.Length) return false;
        rest = trimmed[(at + 1)..];
        return true;
    }
}
