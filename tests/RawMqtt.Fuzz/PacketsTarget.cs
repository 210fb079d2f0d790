// SPDX-License-Identifier: MIT

using RawMqtt.Codec;
using RawMqtt.Tests.Codec;
using RawMqtt.Tests.Codec.Vectors;

namespace RawMqtt.Fuzz;

/// <summary>Bytes as a client and as a server may receive them: packets until they end or break.</summary>
internal static class PacketsTarget
{
    public static IEnumerable<byte[]> Seeds() => PacketVectors.All.Select(vector => vector.Bytes).Where(bytes => bytes.Length <= 500);

    public static void Run(byte[] bytes)
    {
        StreamInvariants.Check(bytes, MqttRole.Client);
        StreamInvariants.Check(bytes, MqttRole.Server);
    }
}
