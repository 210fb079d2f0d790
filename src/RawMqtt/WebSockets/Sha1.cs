// SPDX-License-Identifier: MIT

using System.Buffers.Binary;
using System.Numerics;

namespace RawMqtt.WebSockets;

/// <summary>SHA-1, RFC 3174, for Sec-WebSocket-Accept alone. The framework's loads libssl and libcrypto, which a device may not have.</summary>
/// <remarks>It protects nothing: the accept proves that the server read the key of this request, and holds no secret. RFC 6455 10.8.</remarks>
internal static class Sha1
{
    public const int HashSize = 20;

    private const int BlockSize = 64;
    private const int LengthSize = sizeof(ulong);

    public static void Hash(ReadOnlySpan<byte> text, Span<byte> hash)
    {
        Span<uint> state = [0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0];
        ulong bits = (ulong)text.Length * 8;
        for (; text.Length >= BlockSize; text = text[BlockSize..]) Take(text, state);

        Span<byte> last = stackalloc byte[2 * BlockSize]; // RFC 3174 4: a 1 bit, zeros, and the length in bits
        last.Clear();
        text.CopyTo(last);
        last[text.Length] = 0x80;
        int size = text.Length + 1 + LengthSize <= BlockSize ? BlockSize : 2 * BlockSize;
        BinaryPrimitives.WriteUInt64BigEndian(last[(size - LengthSize)..], bits);
        for (int at = 0; at < size; at += BlockSize) Take(last[at..], state);

        for (int i = 0; i < state.Length; i++) BinaryPrimitives.WriteUInt32BigEndian(hash[(i * sizeof(uint))..], state[i]);
    }

    /// <summary>Takes one block, RFC 3174 6.1.</summary>
    private static void Take(ReadOnlySpan<byte> block, Span<uint> state)
    {
        Span<uint> words = stackalloc uint[80];
        for (int t = 0; t < 16; t++) words[t] = BinaryPrimitives.ReadUInt32BigEndian(block[(t * sizeof(uint))..]);
        for (int t = 16; t < 80; t++) words[t] = BitOperations.RotateLeft(words[t - 3] ^ words[t - 8] ^ words[t - 14] ^ words[t - 16], 1);

        (uint a, uint b, uint c, uint d, uint e) = (state[0], state[1], state[2], state[3], state[4]);
        for (int t = 0; t < 80; t++)
        {
            uint mixed = t switch
            {
                < 20 => ((b & c) | (~b & d)) + 0x5A827999,
                < 40 => (b ^ c ^ d) + 0x6ED9EBA1,
                < 60 => ((b & c) | (b & d) | (c & d)) + 0x8F1BBCDC,
                _ => (b ^ c ^ d) + 0xCA62C1D6,
            };
            uint next = BitOperations.RotateLeft(a, 5) + mixed + e + words[t];
            (e, d, c, b, a) = (d, c, BitOperations.RotateLeft(b, 30), a, next);
        }

        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
        state[4] += e;
    }
}
