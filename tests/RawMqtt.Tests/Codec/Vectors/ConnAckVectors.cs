// SPDX-License-Identifier: MIT

using static RawMqtt.Tests.Codec.Vectors.PacketVector;

namespace RawMqtt.Tests.Codec.Vectors;

using static RawMqtt.Codec.MqttRole;

/// <summary>CONNACK, 3.2.</summary>
public static class ConnAckVectors
{
    public static IReadOnlyList<PacketVector> All { get; } =
    [
        Valid("CONNACK: accepted, new session", Server, "20 02 | 00 00"),
        Valid("CONNACK: accepted, session present", Server, "20 02 | 01 00"),
        Valid("CONNACK: unacceptable protocol version", Server, "20 02 | 00 01"),
        Valid("CONNACK: identifier rejected", Server, "20 02 | 00 02"),
        Valid("CONNACK: server unavailable", Server, "20 02 | 00 03"),
        Valid("CONNACK: bad user name or password", Server, "20 02 | 00 04"),
        Valid("CONNACK: not authorized", Server, "20 02 | 00 05"),

        Broken("CONNACK: flags 0001", Server, "MQTT-2.2.2-2", "21 02 | 00 00"),
        Broken("CONNACK: flags 0010", Server, "MQTT-2.2.2-2", "22 02 | 00 00"),
        Broken("CONNACK: reserved bit 1", Server, "3.2.2.1", "20 02 | 02 00"),
        Broken("CONNACK: reserved bit 7", Server, "3.2.2.1", "20 02 | 80 00"),
        Broken("CONNACK: reserved bits beside session present", Server, "3.2.2.1", "20 02 | ff 00"),
        Broken("CONNACK: return code 6", Server, "3.2.2.3", "20 02 | 00 06"),
        Broken("CONNACK: return code 255", Server, "3.2.2.3", "20 02 | 00 ff"),
        Broken("CONNACK: session present and refused", Server, "MQTT-3.2.2-4", "20 02 | 01 05"),
        Broken("CONNACK: no body", Server, "2.2.3", "20 00"),
        Broken("CONNACK: no return code", Server, "2.2.3", "20 01 | 00"),
        Broken("CONNACK: reserved bits and no return code", Server, "3.2.2.1", "20 01 | 02"),
        Broken("CONNACK: a byte too many", Server, "2.2.3", "20 03 | 00 00 00"),
    ];
}
