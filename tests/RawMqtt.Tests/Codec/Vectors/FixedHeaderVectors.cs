// SPDX-License-Identifier: MIT

using static RawMqtt.Tests.Codec.Vectors.PacketVector;

namespace RawMqtt.Tests.Codec.Vectors;

using static RawMqtt.Codec.MqttRole;

/// <summary>2.2: packet types, directions and lengths.</summary>
public static class FixedHeaderVectors
{
    public static IReadOnlyList<PacketVector> All { get; } =
    [
        Broken("header: type 0 from a client", Client, "2.2.1", "00 00"),
        Broken("header: type 0 from a server", Server, "2.2.1", "00 00"),
        Broken("header: type 0 with flags", Client, "2.2.1", "0f 00"),
        Broken("header: type 15 from a client", Client, "2.2.1", "f0 00"),
        Broken("header: type 15 from a server", Server, "2.2.1", "f0 00"),
        Broken("header: type 15 with flags", Server, "2.2.1", "f2 00"),

        Broken("header: CONNECT from a server", Server, "2.2.1", "10 0c | 00 04 'MQTT' 04 02 00 3c | 00 00"),
        Broken("header: CONNACK from a client", Client, "2.2.1", "20 02 | 00 00"),
        Broken("header: SUBSCRIBE from a server", Server, "2.2.1", "82 06 | 00 01 | 00 01 'a' 00"),
        Broken("header: SUBACK from a client", Client, "2.2.1", "90 03 | 00 01 | 00"),
        Broken("header: UNSUBSCRIBE from a server", Server, "2.2.1", "a2 05 | 00 01 | 00 01 'a'"),
        Broken("header: UNSUBACK from a client", Client, "2.2.1", "b0 02 | 00 01"),
        Broken("header: PINGREQ from a server", Server, "2.2.1", "c0 00"),
        Broken("header: PINGRESP from a client", Client, "2.2.1", "d0 00"),
        Broken("header: DISCONNECT from a server", Server, "2.2.1", "e0 00"),

        Broken("header: a fifth length byte", Client, "2.2.3", "30 80 80 80 80 01"),
        Broken("header: four length bytes that all go on", Client, "2.2.3", "30 ff ff ff ff"),
        Broken("header: a fifth length byte of a PINGRESP", Server, "2.2.3", "d0 80 80 80 80 00"),

        Valid("header: length 127 in one byte", Client, "30 7f | 00 01 'a' | 62*124"),
        Valid("header: length 128 in two bytes", Client, "30 80 01 | 00 01 'a' | 62*125"),
        Valid("header: length 321 in two bytes", Client, "30 c1 02 | 00 01 'a' | 62*318"),
        Valid("header: length 16383 in two bytes", Client, "30 ff 7f | 00 01 'a' | 62*16380"),
        Valid("header: length 16384 in three bytes", Client, "30 80 80 01 | 00 01 'a' | 62*16381"),
        Valid("header: length 2097151 in three bytes", Server, "30 ff ff 7f | 00 01 'a' | 62*2097148"),
        Valid("header: length 2097152 in four bytes", Server, "30 80 80 80 01 | 00 01 'a' | 62*2097149"),
        Valid("header: a length of two bytes where one would do", Client, "30 85 00 | 00 01 'a' | 'hi'") with { HasShortestLength = false },
        Valid("header: a length of four bytes where one would do", Client, "30 85 80 80 00 | 00 01 'a' | 'hi'") with { HasShortestLength = false },
        Valid("header: a length of zero in four bytes", Client, "c0 80 80 80 00") with { HasShortestLength = false },
    ];
}
