// SPDX-License-Identifier: MIT

using static RawMqtt.Tests.Codec.Vectors.PacketVector;

namespace RawMqtt.Tests.Codec.Vectors;

using static RawMqtt.Codec.MqttRole;

/// <summary>PINGREQ, 3.12.</summary>
public static class PingReqVectors
{
    public static IReadOnlyList<PacketVector> All { get; } =
    [
        Valid("PINGREQ: two bytes", Client, "c0 00"),
        Valid("PINGREQ: a length of two bytes where one would do", Client, "c0 80 00") with { HasShortestLength = false },

        Broken("PINGREQ: flags 0001", Client, "MQTT-2.2.2-2", "c1 00"),
        Broken("PINGREQ: flags 0010", Client, "MQTT-2.2.2-2", "c2 00"),
        Broken("PINGREQ: flags 0100", Client, "MQTT-2.2.2-2", "c4 00"),
        Broken("PINGREQ: flags 1000", Client, "MQTT-2.2.2-2", "c8 00"),
        Broken("PINGREQ: a byte too many", Client, "2.2.3", "c0 01 | 00"),
    ];
}
