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
