// SPDX-License-Identifier: MIT

using static RawMqtt.Tests.Codec.Vectors.PacketVector;

namespace RawMqtt.Tests.Codec.Vectors;

using static RawMqtt.Codec.MqttRole;

/// <summary>PUBREL, 3.6.</summary>
public static class PubRelVectors
{
    public static IReadOnlyList<PacketVector> All { get; } =
    [
        Valid("PUBREL: packet identifier 1", Client, "62 02 | 00 01"),
        Valid("PUBREL: packet identifier 1 from a server", Server, "62 02 | 00 01"),
        Valid("PUBREL: packet identifier 65535", Server, "62 02 | ff ff"),
        Valid("PUBREL: a length of two bytes where one would do", Client, "62 82 00 | 00 01") with { HasShortestLength = false },

        Broken("PUBREL: flags 0000", Client, "MQTT-3.6.1-1", "60 02 | 00 01", "MQTT-2.2.2-2"),
        Broken("PUBREL: flags 0001", Server, "MQTT-3.6.1-1", "61 02 | 00 01", "MQTT-2.2.2-2"),
        Broken("PUBREL: flags 0011", Client, "MQTT-3.6.1-1", "63 02 | 00 01", "MQTT-2.2.2-2"),
        Broken("PUBREL: flags 0110", Server, "MQTT-3.6.1-1", "66 02 | 00 01", "MQTT-2.2.2-2"),
        Broken("PUBREL: flags 1010", Client, "MQTT-3.6.1-1", "6a 02 | 00 01", "MQTT-2.2.2-2"),
        Broken("PUBREL: packet identifier 0", Server, "MQTT-2.3.1-1", "62 02 | 00 00"),
        Broken("PUBREL: no body", Client, "MQTT-2.3.1-1", "62 00"),
        Broken("PUBREL: half a packet identifier", Server, "MQTT-2.3.1-1", "62 01 | 00"),
        Broken("PUBREL: a byte too many", Client, "2.2.3", "62 03 | 00 01 | 00"),
    ];
}
