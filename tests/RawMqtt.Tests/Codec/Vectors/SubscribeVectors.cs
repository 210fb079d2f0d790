// SPDX-License-Identifier: MIT

using static RawMqtt.Tests.Codec.Vectors.PacketVector;

namespace RawMqtt.Tests.Codec.Vectors;

using static RawMqtt.Codec.MqttRole;

/// <summary>SUBSCRIBE, 3.8.</summary>
public static class SubscribeVectors
{
    public static IReadOnlyList<PacketVector> All { get; } =
    [
        Valid("SUBSCRIBE: one filter", Client, "82 06 | 00 01 | 00 01 'a' 00", "MQTT-2.3.1-1"),
        Valid("SUBSCRIBE: packet identifier 65535", Client, "82 06 | ff ff | 00 01 'a' 01"),
        Valid("SUBSCRIBE: three filters", Client, "82 12 | 00 01 | 00 03 'a/b' 00 | 00 03 'c/d' 01 | 00 01 'e' 02"),
        Valid("SUBSCRIBE: the same filter twice", Client, "82 0a | 00 01 | 00 01 'a' 00 | 00 01 'a' 02"),
        Valid("SUBSCRIBE: filter #", Client, "82 06 | 00 01 | 00 01 '#' 00", "MQTT-4.7.1-2"),
        Valid("SUBSCRIBE: filter +", Client, "82 06 | 00 01 | 00 01 '+' 01", "MQTT-4.7.1-3"),
        Valid("SUBSCRIBE: filter that ends with /#", Client, "82 13 | 00 01 | 00 0e 'sport/tennis/#' 02", "MQTT-4.7.1-2"),
        Valid("SUBSCRIBE: filter with + in the middle", Client, "82 14 | 00 01 | 00 0f 'sport/+/player1' 00", "MQTT-4.7.1-3"),
        Valid("SUBSCRIBE: filter with + at both ends and #", Client, "82 11 | 00 01 | 00 0c '+/tennis/+/#' 00", "MQTT-4.7.1-2", "MQTT-4.7.1-3"),
        Valid("SUBSCRIBE: filter /", Client, "82 06 | 00 01 | 00 01 '/' 00"),
        Valid("SUBSCRIBE: filter of empty levels", Client, "82 0a | 00 01 | 00 05 '//+//' 00"),
        Valid("SUBSCRIBE: filter of the system", Client, "82 0b | 00 01 | 00 06 '$SYS/#' 00"),
        Valid("SUBSCRIBE: filter beyond ASCII", Client, "82 0d | 00 01 | 00 08 'é/+/日' 00", "MQTT-3.8.3-1"),
        Valid("SUBSCRIBE: filter with U+FEFF", Client, "82 09 | 00 01 | 00 04 ef bb bf 'a' 00", "MQTT-1.5.3-3"),
        Valid("SUBSCRIBE: filter of 65535 bytes", Client, "82 84 80 04 | 00 01 | ff ff 61*65535 00", "MQTT-4.7.3-3"),
        Valid("SUBSCRIBE: filter of 65535 bytes with wildcards", Client, "82 84 80 04 | 00 01 | ff ff 2b 2f*65533 23 00", "MQTT-4.7.3-3"),

        Broken("SUBSCRIBE: flags 0000", Client, "MQTT-3.8.1-1", "80 06 | 00 01 | 00 01 'a' 00", "MQTT-2.2.2-2"),
        Broken("SUBSCRIBE: flags 0001", Client, "MQTT-3.8.1-1", "81 06 | 00 01 | 00 01 'a' 00", "MQTT-2.2.2-2"),
        Broken("SUBSCRIBE: flags 0011", Client, "MQTT-3.8.1-1", "83 06 | 00 01 | 00 01 'a' 00", "MQTT-2.2.2-2"),
        Broken("SUBSCRIBE: flags 0110", Client, "MQTT-3.8.1-1", "86 06 | 00 01 | 00 01 'a' 00", "MQTT-2.2.2-2"),
        Broken("SUBSCRIBE: flags 1010", Client, "MQTT-3.8.1-1", "8a 06 | 00 01 | 00 01 'a' 00", "MQTT-2.2.2-2"),
        Broken("SUBSCRIBE: no body", Client, "MQTT-2.3.1-1", "82 00"),
        Broken("SUBSCRIBE: half a packet identifier", Client, "MQTT-2.3.1-1", "82 01 | 00"),
        Broken("SUBSCRIBE: packet identifier 0", Client, "MQTT-2.3.1-1", "82 06 | 00 00 | 00 01 'a' 00"),
        Broken("SUBSCRIBE: no filter", Client, "MQTT-3.8.3-3", "82 02 | 00 01"),
        Broken("SUBSCRIBE: half a filter's length", Client, "1.5.3", "82 03 | 00 01 | 00"),
        Broken("SUBSCRIBE: filter beyond the end", Client, "1.5.3", "82 05 | 00 01 | 00 02 'a'"),
        Broken("SUBSCRIBE: second filter beyond the end", Client, "1.5.3", "82 09 | 00 01 | 00 01 'a' 00 | 00 02 'b'"),
        Broken("SUBSCRIBE: no QoS", Client, "2.2.3", "82 05 | 00 01 | 00 01 'a'"),
        Broken("SUBSCRIBE: QoS 3", Client, "MQTT-3.8.3-4", "82 06 | 00 01 | 00 01 'a' 03"),
        Broken("SUBSCRIBE: reserved bit 2", Client, "MQTT-3.8.3-4", "82 06 | 00 01 | 00 01 'a' 04"),
        Broken("SUBSCRIBE: reserved bit 7", Client, "MQTT-3.8.3-4", "82 06 | 00 01 | 00 01 'a' 80"),
        Broken("SUBSCRIBE: reserved bits beside QoS 1", Client, "MQTT-3.8.3-4", "82 06 | 00 01 | 00 01 'a' fd"),
        Broken("SUBSCRIBE: QoS 3 of the second filter", Client, "MQTT-3.8.3-4", "82 0a | 00 01 | 00 01 'a' 00 | 00 01 'b' 03"),
        Broken("SUBSCRIBE: empty filter", Client, "MQTT-4.7.3-1", "82 05 | 00 01 | 00 00 00"),
        Broken("SUBSCRIBE: empty second filter", Client, "MQTT-4.7.3-1", "82 09 | 00 01 | 00 01 'a' 00 | 00 00 00"),
        Broken("SUBSCRIBE: # behind a character", Client, "MQTT-4.7.1-2", "82 07 | 00 01 | 00 02 'a#' 00"),
        Broken("SUBSCRIBE: # before the last level", Client, "MQTT-4.7.1-2", "82 0a | 00 01 | 00 05 'a/#/b' 00"),
        Broken("SUBSCRIBE: # before a last empty level", Client, "MQTT-4.7.1-2", "82 07 | 00 01 | 00 02 '#/' 00"),
        Broken("SUBSCRIBE: ##", Client, "MQTT-4.7.1-2", "82 07 | 00 01 | 00 02 '##' 00"),
        Broken("SUBSCRIBE: +#", Client, "MQTT-4.7.1-3", "82 07 | 00 01 | 00 02 '+#' 00"),
        Broken("SUBSCRIBE: + behind a character", Client, "MQTT-4.7.1-3", "82 07 | 00 01 | 00 02 'a+' 00"),
        Broken("SUBSCRIBE: + before a character", Client, "MQTT-4.7.1-3", "82 09 | 00 01 | 00 04 '+a/b' 00"),
        Broken("SUBSCRIBE: ++", Client, "MQTT-4.7.1-3", "82 07 | 00 01 | 00 02 '++' 00"),
        Broken("SUBSCRIBE: + inside a level", Client, "MQTT-4.7.1-3", "82 0c | 00 01 | 00 07 'a/b+c/d' 00"),
        Broken("SUBSCRIBE: malformed second filter", Client, "MQTT-4.7.1-2", "82 0d | 00 01 | 00 03 'a/#' 00 | 00 02 'a#' 00"),
        Broken("SUBSCRIBE: filter with U+0000", Client, "MQTT-1.5.3-2", "82 07 | 00 01 | 00 02 'a' 00 00", "MQTT-4.7.3-2"),
        Broken("SUBSCRIBE: filter with U+0000 and #", Client, "MQTT-1.5.3-2", "82 08 | 00 01 | 00 03 00 '/#' 00", "MQTT-4.7.3-2"),
        Broken("SUBSCRIBE: filter ill-formed", Client, "MQTT-1.5.3-1", "82 07 | 00 01 | 00 02 'a' ff 00", "MQTT-3.8.3-1"),
        Broken("SUBSCRIBE: filter with a surrogate", Client, "MQTT-1.5.3-1", "82 08 | 00 01 | 00 03 ed a0 80 00"),
        Broken("SUBSCRIBE: filter ill-formed behind +", Client, "MQTT-1.5.3-1", "82 09 | 00 01 | 00 04 '+/' c0 80 00", "MQTT-3.8.3-1"),
    ];
}
