// SPDX-License-Identifier: MIT

using static RawMqtt.Tests.Codec.Vectors.PacketVector;

namespace RawMqtt.Tests.Codec.Vectors;

using static RawMqtt.Codec.MqttRole;

/// <summary>UNSUBACK, 3.11.</summary>
public static class UnsubAckVectors
{
    public static IReadOnlyList<PacketVector> All { get; } =
    [
        Valid("UNSUBACK: packet identifier 1", Server, "b0 02 | 00 01"),
        Valid("UNSUBACK: packet identifier 65535", Server, "b0 02 | ff ff"),
        Valid("UNSUBACK: a length of two bytes where one would do", Server, "b0 82 00 | 00 01") with { HasShortestLength = false },

        Broken("UNSUBACK: flags 0001", Server, "MQTT-2.2.2-2", "b1 02 | 00 01"),
        Broken("UNSUBACK: flags 0010", Server, "MQTT-2.2.2-2", "b2 02 | 00 01"),
        Broken("UNSUBACK: flags 0100", Server, "MQTT-2.2.2-2", "b4 02 | 00 01"),
        Broken("UNSUBACK: flags 1000", Server, "MQTT-2.2.2-2", "b8 02 | 00 01"),
        Broken("UNSUBACK: packet identifier 0", Server, "MQTT-2.3.1-1", "b0 02 | 00 00"),
        Broken("UNSUBACK: no body", Server, "MQTT-2.3.1-1", "b0 00"),
        Broken("UNSUBACK: half a packet identifier", Server, "MQTT-2.3.1-1", "b0 01 | 00"),
        Broken("UNSUBACK: a byte too many", Server, "2.2.3", "b0 03 | 00 01 | 00"),
    ];
}
