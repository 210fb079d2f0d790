// SPDX-License-Identifier: MIT

using static RawMqtt.Tests.Codec.Vectors.PacketVector;

namespace RawMqtt.Tests.Codec.Vectors;

using static RawMqtt.Codec.MqttRole;

/// <summary>PINGRESP, 3.13.</summary>
public static class PingRespVectors
{
    public static IReadOnlyList<PacketVector> All { get; } =
    [
        Valid("PINGRESP: two bytes", Server, "d0 00"),
        Valid("PINGRESP: a length of two bytes where one would do", Server, "d0 80 00") with { HasShortestLength = false },

        Broken("PINGRESP: flags 0001", Server, "MQTT-2.2.2-2", "d1 00"),
        Broken("PINGRESP: flags 0010", Server, "MQTT-2.2.2-2", "d2 00"),
        Broken("PINGRESP: flags 0100", Server, "MQTT-2.2.2-2", "d4 00"),
        Broken("PINGRESP: flags 1000", Server, "MQTT-2.2.2-2", "d8 00"),
        Broken("PINGRESP: a byte too many", Server, "2.2.3", "d0 01 | 00"),
    ];
}
