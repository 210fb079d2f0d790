// SPDX-License-Identifier: MIT

using static RawMqtt.Tests.Codec.Vectors.PacketVector;

namespace RawMqtt.Tests.Codec.Vectors;

using static RawMqtt.Codec.MqttRole;

/// <summary>DISCONNECT, 3.14.</summary>
public static class DisconnectVectors
{
    public static IReadOnlyList<PacketVector> All { get; } =
    [
        Valid("DISCONNECT: two bytes", Client, "e0 00"),
        Valid("DISCONNECT: a length of two bytes where one would do", Client, "e0 80 00") with { HasShortestLength = false },

        Broken("DISCONNECT: flags 0001", Client, "MQTT-3.14.1-1", "e1 00", "MQTT-2.2.2-2"),
        Broken("DISCONNECT: flags 0010", Client, "MQTT-3.14.1-1", "e2 00", "MQTT-2.2.2-2"),
        Broken("DISCONNECT: flags 0100", Client, "MQTT-3.14.1-1", "e4 00", "MQTT-2.2.2-2"),
        Broken("DISCONNECT: flags 1000", Client, "MQTT-3.14.1-1", "e8 00", "MQTT-2.2.2-2"),
        Broken("DISCONNECT: a byte too many", Client, "2.2.3", "e0 01 | 00"),
    ];
}
