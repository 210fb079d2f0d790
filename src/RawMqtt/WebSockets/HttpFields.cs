// SPDX-License-Identifier: MIT

using System.Buffers;

namespace RawMqtt.WebSockets;

/// <summary>The fields of a head, one after the other, RFC 9112 5: strict, because two readers that disagree about a head are a hole.</summary>
/// <remarks><c>name ":" optional white space, value, optional white space CRLF</c></remarks>
internal ref struct HttpFields(ReadOnlySpan<byte> lines)
{
    private static readonly SearchValues<byte> Token =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    private static readonly SearchValues<byte> Controls =
        SearchValues.Create([0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 127]);

    private ReadOnlySpan<byte> rest = lines;

    /// <summary>Of the field that <see cref="MoveNext"/> came to: a token.</summary>
    public ReadOnlySpan<byte> Name { get; private set; }

    /// <summary>Without the white space around it.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>A line that is not a field; the ones before it were.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>RFC 9110 5.6.2.</summary>
    public static bool IsToken(ReadOnlySpan<byte> text) => !text.IsEmpty && !text.ContainsAnyExcept(Token);

    /// <summary>All of them but the tab, which a value may contain.</summary>
    public static bool HasControls(ReadOnlySpan<byte> text) => text.ContainsAny(Controls);

    /// <summary>Goes to the next field; false at the empty line that ends the head, or at a broken one.</summary>
    public bool MoveNext()
    {
        int end = rest.IndexOf("\r\n"u8);
        if (end <= 0) return false;
        ReadOnlySpan<byte> line = rest[..end];
        rest = rest[(end + 2)..];
        int colon = line.IndexOf((byte)':');
        IsBroken = colon < 0 || !IsToken(line[..colon]) || HasControls(line[(colon + 1)..]);    // folded lines and "name :" too
        if (IsBroken) return false;
        Name = line[..colon];
        Value = line[(colon + 1)..].Trim(" \t"u8);
        return true;
    }
}
