// SPDX-License-Identifier: MIT

using static RawMqtt.Tests.Codec.Vectors.PacketVector;

namespace RawMqtt.Tests.Codec.Vectors;

using static RawMqtt.Codec.MqttRole;

/// <summary>SUBACK, 3.9.</summary>
public static class SubAckVectors
{
    public static IReadOnlyList<PacketVector> All { get; } =
    [
        Valid("SUBACK: QoS 0 granted", Server, "90 03 | 00 01 | 00", "MQTT-3.9.3-2"),
        Valid("SUBACK: QoS 1 granted", Server, "90 03 | 00 01 | 01", "MQTT-3.9.3-2"),
        Valid("SUBACK: QoS 2 granted", Server, "90 03 | ff ff | 02", "MQTT-3.9.3-2"),
        Valid("SUBACK: failure", Server, "90 03 | 00 01 | 80", "MQTT-3.9.3-2"),
        Valid("SUBACK: four return codes", Server, "90 06 | 00 01 | 00 01 02 80"),
        Valid("SUBACK: two hundred return codes", Server, "90 ca 01 | 00 01 | 01*200"),

        Broken("SUBACK: flags 0001", Server, "MQTT-2.2.2-2", "91 03 | 00 01 | 00"),
        Broken("SUBACK: flags 0010", Server, "MQTT-2.2.2-2", "92 03 | 00 01 | 00"),
        Broken("SUBACK: no body", Server, "MQTT-2.3.1-1", "90 00"),
        Broken("SUBACK: half a packet identifier", Server, "MQTT-2.3.1-1", "90 01 | 00"),
        Broken("SUBACK: packet identifier 0", Server, "MQTT-2.3.1-1", "90 03 | 00 00 | 00"),
        Broken("SUBACK: no return code", Server, "MQTT-3.8.4-5", "90 02 | 00 01"),
        Broken("SUBACK: return code 3", Server, "MQTT-3.9.3-2", "90 03 | 00 01 | 03"),
        Broken("SUBACK: return code 0x7F", Server, "MQTT-3.9.3-2", "90 03 | 00 01 | 7f"),
        Broken("SUBACK: return code 0x81", Server, "MQTT-3.9.3-2", "90 03 | 00 01 | 81"),
        Broken("SUBACK: return code 0xFF behind a valid one", Server, "MQTT-3.9.3-2", "90 04 | 00 01 | 00 ff"),
    ];
}
