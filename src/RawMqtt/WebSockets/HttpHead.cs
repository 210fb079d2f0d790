// SPDX-License-Identifier: MIT

using System.Buffers;

namespace RawMqtt.WebSockets;

/// <summary>Finds the end of the head of an HTTP message as its bytes arrive: each byte is looked at once.</summary>
/// <param name="maxSize">Bytes of a whole head, the empty line included.</param>
/// <param name="maxFields">Header lines.</param>
internal struct HttpHead(int maxSize, int maxFields)
{
    /// <summary>Bytes of a request's head, which a stranger sends.</summary>
    public const int MaxRequestSize = 8 * 1024;

    /// <summary>Header lines of a request.</summary>
    public const int MaxRequestFields = 64;

    /// <summary>Bytes of a response's head, interim responses included: proxies add cookies and policies.</summary>
    public const int MaxResponseSize = 64 * 1024;

    /// <summary>Header lines of a response.</summary>
    public const int MaxResponseFields = 512;

    private int lines;
    private int lineStart;
    private int scanned;

    /// <summary>Why the head is refused while it is still arriving: 400 or 431.</summary>
    public HandshakeRefusal? Refusal { get; private set; }

    /// <summary>Looks at what came since the last call. Done: the head is the first <paramref name="size"/> bytes of <paramref name="received"/>.</summary>
    public OperationStatus Find(ReadOnlySpan<byte> received, out int size)
    {
        size = 0;
        int limit = Math.Min(received.Length, maxSize);
        while (true)
        {
            int newLine = received[scanned..limit].IndexOf((byte)'\n');
            if (newLine < 0) break;
            int end = scanned + newLine;
            scanned = end + 1;
            if (end == lineStart || received[end - 1] != '\r')
                return Refuse(HandshakeRefusal.BadRequest("WS-4.2.1-1", "a line ends in LF without CR"));
            bool isEmpty = end == lineStart + 1;
            lineStart = scanned;
            if (isEmpty)
            {
                size = scanned;
                return OperationStatus.Done;
            }

            if (++lines > maxFields + 1) return Refuse(HandshakeRefusal.TooLarge($"more than {maxFields} header fields"));
        }

        scanned = limit;
        return limit == maxSize ? Refuse(HandshakeRefusal.TooLarge($"a head of more than {maxSize} bytes")) : OperationStatus.NeedMoreData;
    }

    private OperationStatus Refuse(HandshakeRefusal refusal)
    {
        Refusal = refusal;
        return OperationStatus.InvalidData;
    }
}

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
