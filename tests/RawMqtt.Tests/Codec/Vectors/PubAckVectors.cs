// SPDX-License-Identifier: MIT

using static RawMqtt.Tests.Codec.Vectors.PacketVector;

namespace RawMqtt.Tests.Codec.Vectors;

using static RawMqtt.Codec.MqttRole;

/// <summary>PUBACK, 3.4.</summary>
public static class PubAckVectors
{
    public static IReadOnlyList<PacketVector> All { get; } =
    [
        Valid("PUBACK: packet identifier 1", Client, "40 02 | 00 01"),
        Valid("PUBACK: packet identifier 1 from a server", Server, "40 02 | 00 01"),
        Valid("PUBACK: packet identifier 65535", Server, "40 02 | ff ff"),
        Valid("PUBACK: a length of two bytes where one would do", Client, "40 82 00 | 00 01") with { HasShortestLength = false },

        Broken("PUBACK: flags 0001", Client, "MQTT-2.2.2-2", "41 02 | 00 01"),
        Broken("PUBACK: flags 0010", Server, "MQTT-2.2.2-2", "42 02 | 00 01"),
        Broken("PUBACK: flags 0100", Client, "MQTT-2.2.2-2", "44 02 | 00 01"),
        Broken("PUBACK: flags 1000", Server, "MQTT-2.2.2-2", "48 02 | 00 01"),
        Broken("PUBACK: packet identifier 0", Server, "MQTT-2.3.1-1", "40 02 | 00 00"),
        Broken("PUBACK: no body", Client, "MQTT-2.3.1-1", "40 00"),
        Broken("PUBACK: half a packet identifier", Server, "MQTT-2.3.1-1", "40 01 | 00"),
        Broken("PUBACK: a byte too many", Client, "2.2.3", "40 03 | 00 01 | 00"),
        Broken("PUBACK: packet identifier 0 and a byte too many", Client, "MQTT-2.3.1-1", "40 03 | 00 00 | 00"),
    ];
}
