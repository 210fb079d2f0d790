// SPDX-License-Identifier: MIT

using RawMqtt.Tests.Codec.Vectors;
using RawMqtt.Tests.Explain;

namespace RawMqtt.Fuzz;

/// <summary>decode and encode, over packets and over frames: the first byte says which.</summary>
internal static class ExplainerTarget
{
    public static IEnumerable<byte[]> Seeds() => PacketVectors.All.Select(vector => vector.Bytes).Where(bytes => bytes.Length <= 200)
        .SelectMany(bytes => new byte[][] { [0, .. bytes], [1, 0x82, (byte)Math.Min(bytes.Length, 125), .. bytes] });

    public static void Run(byte[] bytes)
    {
        if (bytes.Length > 0) ExplainerInvariants.Check(bytes[1..], isWebSocket: (bytes[0] & 1) != 0);
    }
}
