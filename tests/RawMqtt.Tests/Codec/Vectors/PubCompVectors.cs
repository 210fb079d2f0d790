// SPDX-License-Identifier: MIT

using static RawMqtt.Tests.Codec.Vectors.PacketVector;

namespace RawMqtt.Tests.Codec.Vectors;

using static RawMqtt.Codec.MqttRole;

/// <summary>PUBCOMP, 3.7.</summary>
public static class PubCompVectors
{
    public static IReadOnlyList<PacketVector> All { get; } =
    [
        Valid("PUBCOMP: packet identifier 1", Client, "70 02 | 00 01"),
        Valid("PUBCOMP: packet identifier 1 from a server", Server, "70 02 | 00 01"),
        Valid("PUBCOMP: packet identifier 65535", Server, "70 02 | ff ff"),
        Valid("PUBCOMP: a length of two bytes where one would do", Client, "70 82 00 | 00 01") with { HasShortestLength = false },

        Broken("PUBCOMP: flags 0001", Client, "MQTT-2.2.2-2", "71 02 | 00 01"),
        Broken("PUBCOMP: flags 0010", Server, "MQTT-2.2.2-2", "72 02 | 00 01"),
        Broken("PUBCOMP: flags 0100", Client, "MQTT-2.2.2-2", "74 02 | 00 01"),
        Broken("PUBCOMP: flags 1000", Server, "MQTT-2.2.2-2", "78 02 | 00 01"),
        Broken("PUBCOMP: packet identifier 0", Server, "MQTT-2.3.1-1", "70 02 | 00 00"),
        Broken("PUBCOMP: no body", Client, "MQTT-2.3.1-1", "70 00"),
        Broken("PUBCOMP: half a packet identifier", Server, "MQTT-2.3.1-1", "70 01 | 00"),
        Broken("PUBCOMP: a byte too many", Client, "2.2.3", "70 03 | 00 01 | 00"),
    ];
}
