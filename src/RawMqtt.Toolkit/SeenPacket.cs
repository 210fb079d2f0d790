// SPDX-License-Identifier: MIT

using RawMqtt.Codec;
using RawMqtt.Explain;

namespace RawMqtt.Toolkit;

/// <summary>A packet that passed the connection, in the bytes that it had.</summary>
/// <param name="Number">Counts the packets of the connection from 1.</param>
/// <param name="Time">Milliseconds since 1970.</param>
/// <param name="Sender">The end that sent it.</param>
/// <param name="Bytes">Its bytes, at most <see cref="MostKept"/>.</param>
/// <param name="Length">The number of all its bytes.</param>
internal sealed record SeenPacket(long Number, long Time, MqttRole Sender, byte[] Bytes, int Length)
{
    /// <summary>The bytes of a packet that the page keeps.</summary>
    public const int MostKept = 256 * 1024;

    /// <summary>Returns its fields with their bytes, as far as it was kept.</summary>
    public WireUnit? Explain()
    {
        Decoding decoding = Decoding.Of(Bytes, isWebSocket: false, Sender);
        return decoding.Units.Count > 0 ? decoding.Units[0] : decoding.Unfinished;
    }
}
