// SPDX-License-Identifier: MIT

using System.Buffers.Binary;
using System.Text;
using RawMqtt.WebSockets;

namespace RawMqtt.Tests.WebSockets;

/// <summary>Frames written octet by octet and without our writer, so that they may be as wrong as a test wants.</summary>
internal static class RawFrame
{
    public const int Fin = 0x80;

    /// <summary>A frame as the other end of <paramref name="receiver"/> sends it, the length in its shortest form.</summary>
    public static byte[] To(WebSocketRole receiver, int first, byte[] payload) => Make(first, payload, receiver == WebSocketRole.Server);

    public static byte[] To(WebSocketRole receiver, int first, string text) => To(receiver, first, Encoding.UTF8.GetBytes(text));

    /// <summary>Any frame: FIN, the reserved bits and the opcode first; 0, 2 or 8 bytes of length; a declared length that need not be true; the key 37 FA 21
    /// 3D.</summary>
    public static byte[] Make(int first, byte[] payload, bool masked, int? lengthBytes = null, ulong? declared = null)
    {
        ulong length = declared ?? (ulong)payload.Length;
        int form = lengthBytes ?? (length < 126 ? 0 : length < 65536 ? 2 : 8);
        int mask = masked ? 0x80 : 0;
        List<byte> frame = [(byte)first];
        Span<byte> number = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(number, length);
        frame.Add((byte)(mask | (form == 0 ? (int)length : form == 2 ? 126 : 127)));
        frame.AddRange(number[(8 - form)..]);
        byte[] key = [0x37, 0xFA, 0x21, 0x3D];
        if (masked)
            frame.AddRange(key);
        for (int i = 0; i < payload.Length; i++)
            frame.Add((byte)(payload[i] ^ (masked ? key[i % 4] : 0)));
        return [.. frame];
    }

    public static byte[] Join(params byte[][] parts) => [.. parts.SelectMany(part => part)];
}
