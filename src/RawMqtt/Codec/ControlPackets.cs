// SPDX-License-Identifier: MIT

using System.Buffers;

namespace RawMqtt.Codec;

/// <summary>Writes control packets to an <see cref="IBufferWriter{T}"/>.</summary>
public static class ControlPackets
{
    /// <summary>Appends <paramref name="packet"/> to <paramref name="output"/>. After an exception nothing was appended.</summary>
    /// <exception cref="ArgumentException">A field would break a rule, which the message names.</exception>
    public static void Write<TPacket>(this IBufferWriter<byte> output, TPacket packet)
        where TPacket : IControlPacket, allows ref struct
    {
        ArgumentNullException.ThrowIfNull(output);
        output.Advance(packet.Write(output.GetSpan(packet.Length)));
    }
}
