// SPDX-License-Identifier: MIT

using static RawMqtt.Tests.Codec.Vectors.PacketVector;

namespace RawMqtt.Tests.Codec.Vectors;

using static RawMqtt.Codec.MqttRole;

/// <summary>PUBREC, 3.5.</summary>
public static class PubRecVectors
{
    public static IReadOnlyList<PacketVector> All { get; } =
    [
        Valid("PUBREC: packet identifier 1", Client, "50 02 | 00 01"),
        Valid("PUBREC: packet identifier 1 from a server", Server, "50 02 | 00 01"),
        Valid("PUBREC: packet identifier 65535", Server, "50 02 | ff ff"),
        Valid("PUBREC: a length of two bytes where one would do", Client, "50 82 00 | 00 01") with { HasShortestLength = false },

        Broken("PUBREC: flags 0001", Client, "MQTT-2.2.2-2", "51 02 | 00 01"),
        Broken("PUBREC: flags 0010", Server, "MQTT-2.2.2-2", "52 02 | 00 01"),
        Broken("PUBREC: flags 0100", Client, "MQTT-2.2.2-2", "54 02 | 00 01"),
        Broken("PUBREC: flags 1000", Server, "MQTT-2.2.2-2", "58 02 | 00 01"),
        Broken("PUBREC: packet identifier 0", Server, "MQTT-2.3.1-1", "50 02 | 00 00"),
        Broken("PUBREC: no body", Client, "MQTT-2.3.1-1", "50 00"),
        Broken("PUBREC: half a packet identifier", Server, "MQTT-2.3.1-1", "50 01 | 00"),
        Broken("PUBREC: a byte too many", Client, "2.2.3", "50 03 | 00 01 | 00"),
    ];
}
