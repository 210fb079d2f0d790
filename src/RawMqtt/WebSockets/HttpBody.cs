// SPDX-License-Identifier: MIT

using System.Globalization;

namespace RawMqtt.WebSockets;

/// <summary>The body of an HTTP answer as its bytes arrive, RFC 9112 6: where it ends, and its content without the chunks it may be cut into.</summary>
internal struct HttpBody
{
    private readonly bool isChunked;
    private Part next;
    private long left;      // bytes of the body, or of the chunk

    /// <summary>As the status and the fields of an answer frame it.</summary>
    public HttpBody(UpgradeResponse answer)
    {
        isChunked = answer.Values("Transfer-Encoding").Exists(coding => coding.EndsWith("chunked", StringComparison.OrdinalIgnoreCase));
        if (!isChunked)
            left = answer.Values("Content-Length") is [string text] && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long length)
                ? length : long.MaxValue;
        HasEnded = answer.Status is 101 or 204 or 304 || (!isChunked && left == 0);
    }

    private enum Part
    {
        Size,
        RestOfSize,     // extensions and line end
        Content,
        LineEnd,
    }

    /// <summary>Nothing more of it comes.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Leaves the content at the start of the bytes, and says how long it is.</summary>
    public int Take(Span<byte> received)
    {
        int written = 0;
        for (int read = 0; read < received.Length && !HasEnded;)
        {
            if (isChunked && next != Part.Content)
            {
                TakeFrame(received[read++]);
                continue;
            }

            int length = (int)Math.Min(left, received.Length - read);
            received.Slice(read, length).CopyTo(received[written..]);
            read += length;
            written += length;
            left -= length;
            if (left > 0) continue;
            next = Part.LineEnd;
            HasEnded = !isChunked;
        }

        return written;
    }

    /// <summary>RFC 9112 7.1: size in hexadecimal, extensions, CRLF, content, CRLF; a size of 0 ends the body. What is none of this ends it too.</summary>
    private void TakeFrame(byte octet)
    {
        if (octet == '\n')
        {
            HasEnded = next == Part.Size || (next == Part.RestOfSize && left == 0);
            next = next == Part.LineEnd ? Part.Size : Part.Content;
        }
        else if (next == Part.Size && char.IsAsciiHexDigit((char)octet) && left <= int.MaxValue)
        {
            left = (left << 4) | (uint)(octet <= '9' ? octet - '0' : (octet | 0x20) - 'a' + 10);
        }
        else
        {
            next = next == Part.Size ? Part.RestOfSize : next;
        }
    }
}
