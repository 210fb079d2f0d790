// SPDX-License-Identifier: MIT

using static RawMqtt.Tests.Codec.Vectors.PacketVector;

namespace RawMqtt.Tests.Codec.Vectors;

using static RawMqtt.Codec.MqttRole;

/// <summary>PUBLISH, 3.3.</summary>
public static class PublishVectors
{
    public static IReadOnlyList<PacketVector> All { get; } =
    [
        .. Whole,
        .. BrokenHeader,
        .. BrokenBody,
    ];

    private static PacketVector[] Whole =>
    [
        Valid("PUBLISH: QoS 0", Client, "30 05 | 00 01 'a' | 'hi'", "MQTT-2.3.1-5", "MQTT-3.3.2-1"),
        Valid("PUBLISH: QoS 0 from a server", Server, "30 05 | 00 01 'a' | 'hi'", "MQTT-2.3.1-5"),
        Valid("PUBLISH: QoS 0, retained", Client, "31 05 | 00 01 'a' | 'hi'"),
        Valid("PUBLISH: QoS 1", Client, "32 07 | 00 01 'a' | 00 01 | 'hi'", "MQTT-2.3.1-1"),
        Valid("PUBLISH: QoS 1, retained", Server, "33 07 | 00 01 'a' | 00 01 | 'hi'"),
        Valid("PUBLISH: QoS 1, duplicate", Client, "3a 07 | 00 01 'a' | ff ff | 'hi'"),
        Valid("PUBLISH: QoS 1, duplicate, retained", Server, "3b 07 | 00 01 'a' | 01 00 | 'hi'"),
        Valid("PUBLISH: QoS 2", Client, "34 07 | 00 01 'a' | 00 0a | 'hi'", "MQTT-2.3.1-1"),
        Valid("PUBLISH: QoS 2, retained", Client, "35 07 | 00 01 'a' | 00 0a | 'hi'"),
        Valid("PUBLISH: QoS 2, duplicate", Server, "3c 07 | 00 01 'a' | 00 0a | 'hi'"),
        Valid("PUBLISH: QoS 2, duplicate, retained", Client, "3d 07 | 00 01 'a' | 00 0a | 'hi'"),
        Valid("PUBLISH: no payload", Client, "30 03 | 00 01 'a'"),
        Valid("PUBLISH: no payload at QoS 1", Client, "32 05 | 00 01 'a' | 00 01"),
        Valid("PUBLISH: payload that looks like a packet", Client, "30 05 | 00 01 'a' | e0 00"),
        Valid("PUBLISH: payload of zeros and ones", Server, "30 07 | 00 01 'a' | 00 ff 00 ff"),
        Valid("PUBLISH: topic of levels", Client, "30 1e | 00 0c 'sport/tennis' | 'advantage server'"),
        Valid("PUBLISH: topic of empty levels", Client, "30 04 | 00 02 '//'"),
        Valid("PUBLISH: topic with a space", Client, "30 05 | 00 03 'a b'"),
        Valid("PUBLISH: topic of the system", Server, "30 0d | 00 0b '$SYS/uptime'"),
        Valid("PUBLISH: topic beyond ASCII", Client, "30 0b | 00 09 'é/日本'", "MQTT-3.3.2-1"),
        Valid("PUBLISH: topic with U+FEFF", Client, "30 06 | 00 04 ef bb bf 'a'", "MQTT-1.5.3-3"),
        Valid("PUBLISH: topic with control characters", Client, "30 05 | 00 03 01 7f 1f"),
        Valid("PUBLISH: topic of 7 bytes", Client, "30 09 | 00 07 'abcdefg'"),
        Valid("PUBLISH: topic of 8 bytes", Client, "30 0a | 00 08 'abcdefgh'"),
        Valid("PUBLISH: topic of 16 bytes", Client, "30 12 | 00 10 61*16"),
        Valid("PUBLISH: topic of 17 bytes", Client, "30 13 | 00 11 61*17"),
        Valid("PUBLISH: topic of 32 bytes", Client, "30 22 | 00 20 61*32"),
        Valid("PUBLISH: topic of 33 bytes", Client, "30 23 | 00 21 61*33"),
        Valid("PUBLISH: topic of 65535 bytes", Client, "30 81 80 04 | ff ff 61*65535", "MQTT-4.7.3-3"),
    ];

    private static PacketVector[] BrokenHeader =>
    [
        Broken("PUBLISH: QoS 3", Client, "MQTT-3.3.1-4", "36 07 | 00 01 'a' | 00 01 | 'hi'"),
        Broken("PUBLISH: QoS 3 from a server", Server, "MQTT-3.3.1-4", "36 07 | 00 01 'a' | 00 01 | 'hi'"),
        Broken("PUBLISH: QoS 3, retained", Client, "MQTT-3.3.1-4", "37 07 | 00 01 'a' | 00 01 | 'hi'"),
        Broken("PUBLISH: QoS 3, duplicate", Client, "MQTT-3.3.1-4", "3e 07 | 00 01 'a' | 00 01 | 'hi'"),
        Broken("PUBLISH: QoS 3, all flags", Server, "MQTT-3.3.1-4", "3f 07 | 00 01 'a' | 00 01 | 'hi'"),
        Broken("PUBLISH: QoS 0, duplicate", Client, "MQTT-3.3.1-2", "38 05 | 00 01 'a' | 'hi'"),
        Broken("PUBLISH: QoS 0, duplicate, retained", Server, "MQTT-3.3.1-2", "39 05 | 00 01 'a' | 'hi'"),
    ];

    private static PacketVector[] BrokenBody =>
    [
        Broken("PUBLISH: no body", Client, "MQTT-3.3.2-1", "30 00"),
        Broken("PUBLISH: half a topic's length", Client, "1.5.3", "30 01 | 00"),
        Broken("PUBLISH: topic beyond the end", Client, "1.5.3", "30 04 | 00 03 'ab'"),
        Broken("PUBLISH: topic of 65535 bytes beyond the end", Server, "1.5.3", "30 04 | ff ff 'ab'"),
        Broken("PUBLISH: empty topic", Client, "MQTT-4.7.3-1", "30 04 | 00 00 | 'hi'"),
        Broken("PUBLISH: empty topic from a server", Server, "MQTT-4.7.3-1", "30 04 | 00 00 | 'hi'"),
        Broken("PUBLISH: topic #", Client, "MQTT-3.3.2-2", "30 03 | 00 01 '#'", "MQTT-4.7.1-1"),
        Broken("PUBLISH: topic +", Server, "MQTT-3.3.2-2", "30 03 | 00 01 '+'", "MQTT-4.7.1-1"),
        Broken("PUBLISH: topic with + inside a level", Client, "MQTT-3.3.2-2", "30 05 | 00 03 'a+b'", "MQTT-4.7.1-1"),
        Broken("PUBLISH: topic that ends with /#", Client, "MQTT-3.3.2-2", "30 0e | 00 0c 'sport/tenn/#'", "MQTT-4.7.1-1"),
        Broken("PUBLISH: topic of 20 bytes with +", Client, "MQTT-3.3.2-2", "30 16 | 00 14 61*9 '+' 61*10"),
        Broken("PUBLISH: topic of 50 bytes with # in the middle", Client, "MQTT-3.3.2-2", "30 34 | 00 32 61*24 '#' 61*25"),
        Broken("PUBLISH: topic of 50 bytes with # at the end", Client, "MQTT-3.3.2-2", "30 34 | 00 32 61*49 '#'"),
        Broken("PUBLISH: topic beyond ASCII with +", Client, "MQTT-3.3.2-2", "30 05 | 00 03 'é+'"),
        Broken("PUBLISH: topic with U+0000", Client, "MQTT-1.5.3-2", "30 05 | 00 03 'a' 00 'b'", "MQTT-4.7.3-2"),
        Broken("PUBLISH: topic of 20 bytes with U+0000", Server, "MQTT-1.5.3-2", "30 16 | 00 14 61*10 00 61*9", "MQTT-4.7.3-2"),
        Broken("PUBLISH: topic of 50 bytes that ends with U+0000", Client, "MQTT-1.5.3-2", "30 34 | 00 32 61*49 00", "MQTT-4.7.3-2"),
        Broken("PUBLISH: topic ill-formed", Client, "MQTT-1.5.3-1", "30 05 | 00 03 'a' ff 'b'", "MQTT-3.3.2-1"),
        Broken("PUBLISH: topic of 20 bytes ill-formed", Server, "MQTT-1.5.3-1", "30 16 | 00 14 61*10 80 61*9", "MQTT-3.3.2-1"),
        Broken("PUBLISH: topic of 50 bytes, its last character cut off", Client, "MQTT-1.5.3-1", "30 34 | 00 32 61*49 c3", "MQTT-3.3.2-1"),
        Broken("PUBLISH: topic with a surrogate", Client, "MQTT-1.5.3-1", "30 05 | 00 03 ed a0 80"),
        Broken("PUBLISH: no packet identifier at QoS 1", Client, "MQTT-2.3.1-1", "32 03 | 00 01 'a'"),
        Broken("PUBLISH: half a packet identifier at QoS 2", Server, "MQTT-2.3.1-1", "34 04 | 00 01 'a' | 01"),
        Broken("PUBLISH: packet identifier 0 at QoS 1", Client, "MQTT-2.3.1-1", "32 07 | 00 01 'a' | 00 00 | 'hi'"),
        Broken("PUBLISH: packet identifier 0 at QoS 2", Server, "MQTT-2.3.1-1", "34 07 | 00 01 'a' | 00 00 | 'hi'"),
    ];
}
