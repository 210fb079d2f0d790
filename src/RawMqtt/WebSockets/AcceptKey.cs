// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Buffers.Text;

namespace RawMqtt.WebSockets;

/// <summary>Sec-WebSocket-Key and the Sec-WebSocket-Accept that answers it, RFC 6455 4.2.2.</summary>
internal static class AcceptKey
{
    /// <summary>Characters of a key: the base64 of 16 bytes.</summary>
    public const int KeySize = 24;

    /// <summary>Characters of an accept: the base64 of 20 bytes.</summary>
    public const int AcceptSize = 28;

    private static readonly SearchValues<byte> Base64Digits =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"u8);

    /// <summary>Whether the text is the base64 of 16 bytes. Bits that belong to no byte may be set: the RFC's own example did so until erratum 3150.</summary>
    public static bool IsKey(ReadOnlySpan<byte> key) =>
        key.Length == KeySize && key.EndsWith("=="u8) && !key[..^2].ContainsAnyExcept(Base64Digits);

    /// <summary>base64(SHA-1(key text + 258EAFA5-E914-47DA-95CA-C5AB0DC85B11)), 28 characters.</summary>
    public static void Write(ReadOnlySpan<byte> key, Span<byte> accept)
    {
        Span<byte> text = stackalloc byte[KeySize + 36];
        key.CopyTo(text);
        "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"u8.CopyTo(text[KeySize..]);
        Span<byte> hash = stackalloc byte[Sha1.HashSize];
        Sha1.Hash(text, hash);
        Base64.EncodeToUtf8(hash, accept, out _, out _);
    }
}
