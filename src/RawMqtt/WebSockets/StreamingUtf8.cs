// SPDX-License-Identifier: MIT

using System.Text.Unicode;

namespace RawMqtt.WebSockets;

/// <summary>Checks UTF-8 that arrives in pieces, RFC 6455 8.1: a piece may end inside a character, a wrong byte is seen at once.</summary>
internal struct StreamingUtf8
{
    private byte missing;      // continuation bytes that the character begun still needs
    private byte lowest;       // and the range of the next one: RFC 3629 section 4 narrows it behind E0, ED, F0 and F4
    private byte highest;

    /// <summary>Whether what came so far ends at the end of a character.</summary>
    public readonly bool IsComplete => missing == 0;

    /// <summary>False when the bytes so far cannot become UTF-8, whatever follows.</summary>
    public bool TryAppend(ReadOnlySpan<byte> piece)
    {
        int at = 0;
        while (missing > 0 && at < piece.Length)
        {
            if (!TryAppend(piece[at++])) return false;
        }

        piece = piece[at..];
        int whole = piece.Length - LengthOfCutCharacter(piece);
        if (!Utf8.IsValid(piece[..whole])) return false;
        foreach (byte octet in piece[whole..])
        {
            if (!TryAppend(octet)) return false;
        }

        return true;
    }

    private bool TryAppend(byte octet)
    {
        if (missing > 0)
        {
            if (octet < lowest || octet > highest) return false;
            missing--;
            (lowest, highest) = (0x80, 0xBF);
            return true;
        }

        (missing, lowest, highest) = octet switch
        {
            >= 0xC2 and <= 0xDF => ((byte)1, (byte)0x80, (byte)0xBF),
            0xE0 => ((byte)2, (byte)0xA0, (byte)0xBF),
            0xED => ((byte)2, (byte)0x80, (byte)0x9F),
            >= 0xE1 and <= 0xEF => ((byte)2, (byte)0x80, (byte)0xBF),
            0xF0 => ((byte)3, (byte)0x90, (byte)0xBF),
            >= 0xF1 and <= 0xF3 => ((byte)3, (byte)0x80, (byte)0xBF),
            0xF4 => ((byte)3, (byte)0x80, (byte)0x8F),
            _ => ((byte)0, (byte)0, (byte)0),
        };
        return missing > 0 || octet < 0x80;
    }

    /// <summary>At most three bytes at the end belong to a character whose rest has not come.</summary>
    private static int LengthOfCutCharacter(ReadOnlySpan<byte> piece)
    {
        for (int back = 1; back <= 3 && back <= piece.Length; back++)
        {
            byte octet = piece[^back];
            if (octet < 0x80) return 0;
            if (octet >= 0xC0)
            {
                int size = octet >= 0xF0 ? 4 : octet >= 0xE0 ? 3 : 2;
                return size > back ? back : 0;
            }
        }

        return 0;
    }
}
