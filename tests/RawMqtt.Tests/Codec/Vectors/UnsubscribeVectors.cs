// SPDX-License-Identifier: MIT

using static RawMqtt.Tests.Codec.Vectors.PacketVector;

namespace RawMqtt.Tests.Codec.Vectors;

using static RawMqtt.Codec.MqttRole;

/// <summary>UNSUBSCRIBE, 3.10.</summary>
public static class UnsubscribeVectors
{
    public static IReadOnlyList<PacketVector> All { get; } =
    [
        Valid("UNSUBSCRIBE: one filter", Client, "a2 05 | 00 01 | 00 01 'a'", "MQTT-2.3.1-1"),
        Valid("UNSUBSCRIBE: packet identifier 65535", Client, "a2 05 | ff ff | 00 01 'a'"),
        Valid("UNSUBSCRIBE: three filters", Client, "a2 0f | 00 01 | 00 03 'a/b' | 00 03 'c/d' | 00 01 'e'"),
        Valid("UNSUBSCRIBE: the same filter twice", Client, "a2 08 | 00 01 | 00 01 'a' | 00 01 'a'"),
        Valid("UNSUBSCRIBE: filter #", Client, "a2 05 | 00 01 | 00 01 '#'", "MQTT-4.7.1-2"),
        Valid("UNSUBSCRIBE: filter +", Client, "a2 05 | 00 01 | 00 01 '+'", "MQTT-4.7.1-3"),
        Valid("UNSUBSCRIBE: filter that ends with /#", Client, "a2 12 | 00 01 | 00 0e 'sport/tennis/#'", "MQTT-4.7.1-2"),
        Valid("UNSUBSCRIBE: filter with + in the middle", Client, "a2 13 | 00 01 | 00 0f 'sport/+/player1'", "MQTT-4.7.1-3"),
        Valid("UNSUBSCRIBE: filter with + at both ends and #", Client, "a2 10 | 00 01 | 00 0c '+/tennis/+/#'", "MQTT-4.7.1-2", "MQTT-4.7.1-3"),
        Valid("UNSUBSCRIBE: filter /", Client, "a2 05 | 00 01 | 00 01 '/'"),
        Valid("UNSUBSCRIBE: filter of empty levels", Client, "a2 09 | 00 01 | 00 05 '//+//'"),
        Valid("UNSUBSCRIBE: filter of the system", Client, "a2 0a | 00 01 | 00 06 '$SYS/#'"),
        Valid("UNSUBSCRIBE: filter beyond ASCII", Client, "a2 0c | 00 01 | 00 08 'é/+/日'", "MQTT-3.10.3-1"),
        Valid("UNSUBSCRIBE: filter with U+FEFF", Client, "a2 08 | 00 01 | 00 04 ef bb bf 'a'", "MQTT-1.5.3-3"),
        Valid("UNSUBSCRIBE: filter of 65535 bytes", Client, "a2 83 80 04 | 00 01 | ff ff 61*65535", "MQTT-4.7.3-3"),
        Valid("UNSUBSCRIBE: filter of 65535 bytes with wildcards", Client, "a2 83 80 04 | 00 01 | ff ff 2b 2f*65533 23", "MQTT-4.7.3-3"),

        Broken("UNSUBSCRIBE: flags 0000", Client, "MQTT-3.10.1-1", "a0 05 | 00 01 | 00 01 'a'", "MQTT-2.2.2-2"),
        Broken("UNSUBSCRIBE: flags 0001", Client, "MQTT-3.10.1-1", "a1 05 | 00 01 | 00 01 'a'", "MQTT-2.2.2-2"),
        Broken("UNSUBSCRIBE: flags 0011", Client, "MQTT-3.10.1-1", "a3 05 | 00 01 | 00 01 'a'", "MQTT-2.2.2-2"),
        Broken("UNSUBSCRIBE: flags 0110", Client, "MQTT-3.10.1-1", "a6 05 | 00 01 | 00 01 'a'", "MQTT-2.2.2-2"),
        Broken("UNSUBSCRIBE: flags 1010", Client, "MQTT-3.10.1-1", "aa 05 | 00 01 | 00 01 'a'", "MQTT-2.2.2-2"),
        Broken("UNSUBSCRIBE: no body", Client, "MQTT-2.3.1-1", "a2 00"),
        Broken("UNSUBSCRIBE: half a packet identifier", Client, "MQTT-2.3.1-1", "a2 01 | 00"),
        Broken("UNSUBSCRIBE: packet identifier 0", Client, "MQTT-2.3.1-1", "a2 05 | 00 00 | 00 01 'a'"),
        Broken("UNSUBSCRIBE: no filter", Client, "MQTT-3.10.3-2", "a2 02 | 00 01"),
        Broken("UNSUBSCRIBE: half a filter's length", Client, "1.5.3", "a2 03 | 00 01 | 00"),
        Broken("UNSUBSCRIBE: filter beyond the end", Client, "1.5.3", "a2 05 | 00 01 | 00 02 'a'"),
        Broken("UNSUBSCRIBE: second filter beyond the end", Client, "1.5.3", "a2 08 | 00 01 | 00 01 'a' | 00 02 'b'"),
        Broken("UNSUBSCRIBE: a QoS behind the filter", Client, "1.5.3", "a2 06 | 00 01 | 00 01 'a' 00"),
        Broken("UNSUBSCRIBE: empty filter", Client, "MQTT-4.7.3-1", "a2 04 | 00 01 | 00 00"),
        Broken("UNSUBSCRIBE: empty second filter", Client, "MQTT-4.7.3-1", "a2 07 | 00 01 | 00 01 'a' | 00 00"),
        Broken("UNSUBSCRIBE: # behind a character", Client, "MQTT-4.7.1-2", "a2 06 | 00 01 | 00 02 'a#'"),
        Broken("UNSUBSCRIBE: # before the last level", Client, "MQTT-4.7.1-2", "a2 09 | 00 01 | 00 05 'a/#/b'"),
        Broken("UNSUBSCRIBE: # before a last empty level", Client, "MQTT-4.7.1-2", "a2 06 | 00 01 | 00 02 '#/'"),
        Broken("UNSUBSCRIBE: ##", Client, "MQTT-4.7.1-2", "a2 06 | 00 01 | 00 02 '##'"),
        Broken("UNSUBSCRIBE: +#", Client, "MQTT-4.7.1-3", "a2 06 | 00 01 | 00 02 '+#'"),
        Broken("UNSUBSCRIBE: + behind a character", Client, "MQTT-4.7.1-3", "a2 06 | 00 01 | 00 02 'a+'"),
        Broken("UNSUBSCRIBE: + before a character", Client, "MQTT-4.7.1-3", "a2 08 | 00 01 | 00 04 '+a/b'"),
        Broken("UNSUBSCRIBE: ++", Client, "MQTT-4.7.1-3", "a2 06 | 00 01 | 00 02 '++'"),
        Broken("UNSUBSCRIBE: + inside a level", Client, "MQTT-4.7.1-3", "a2 0b | 00 01 | 00 07 'a/b+c/d'"),
        Broken("UNSUBSCRIBE: malformed second filter", Client, "MQTT-4.7.1-2", "a2 0b | 00 01 | 00 03 'a/#' | 00 02 'a#'"),
        Broken("UNSUBSCRIBE: filter with U+0000", Client, "MQTT-1.5.3-2", "a2 06 | 00 01 | 00 02 'a' 00", "MQTT-4.7.3-2"),
        Broken("UNSUBSCRIBE: filter with U+0000 and #", Client, "MQTT-1.5.3-2", "a2 07 | 00 01 | 00 03 00 '/#'", "MQTT-4.7.3-2"),
        Broken("UNSUBSCRIBE: filter ill-formed", Client, "MQTT-1.5.3-1", "a2 06 | 00 01 | 00 02 'a' ff", "MQTT-3.10.3-1"),
        Broken("UNSUBSCRIBE: filter with a surrogate", Client, "MQTT-1.5.3-1", "a2 07 | 00 01 | 00 03 ed a0 80"),
        Broken("UNSUBSCRIBE: filter ill-formed behind +", Client, "MQTT-1.5.3-1", "a2 08 | 00 01 | 00 04 '+/' c0 80", "MQTT-3.10.3-1"),
    ];
}
