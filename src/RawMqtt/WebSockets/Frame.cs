// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Runtime.CompilerServices;

namespace RawMqtt.WebSockets;

/// <summary>Writes whole messages and control frames, RFC 6455 5.2: header and payload in one pass, masked when there are keys to mask with.</summary>
internal static class Frame
{
    /// <summary>Writes a frame to the start of <paramref name="destination"/> and returns its size; a server has no keys and does not mask.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Write(Span<byte> destination, Opcode opcode, ReadOnlySpan<byte> payload, MaskKeys? keys)
    {
        var header = new FrameHeader(true, opcode, payload.Length, keys?.Next());        // [WS-5.1-1] [WS-5.1-3]
        int size = header.Write(destination);
        if (header.IsMasked)
            Masking.Move(payload, destination[size..], header.MaskKey);                 // [WS-5.3-5]
        else
            payload.CopyTo(destination[size..]);
        return size + payload.Length;
    }

    /// <summary>Appends a frame.</summary>
    public static void Write(IBufferWriter<byte> output, Opcode opcode, ReadOnlySpan<byte> payload, MaskKeys? keys)
    {
        Span<byte> room = output.GetSpan(FrameHeader.MaxSize + payload.Length);
        output.Advance(Write(room, opcode, payload, keys));
    }
}
