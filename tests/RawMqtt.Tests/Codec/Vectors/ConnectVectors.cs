// SPDX-License-Identifier: MIT

using static RawMqtt.Tests.Codec.Vectors.PacketVector;

namespace RawMqtt.Tests.Codec.Vectors;

using static RawMqtt.Codec.MqttRole;

/// <summary>CONNECT, 3.1.</summary>
public static class ConnectVectors
{
    public static IReadOnlyList<PacketVector> All { get; } =
    [
        .. Whole,
        .. BrokenHeader,
        .. BrokenFlags,
        .. BrokenPayload,
        .. BrokenText,
    ];

    private static PacketVector[] Whole =>
    [
        Valid("CONNECT: empty client identifier, clean session", Client, "10 0c | 00 04 'MQTT' 04 02 00 3c | 00 00", "MQTT-3.1.3-3"),
        Valid("CONNECT: client identifier of 23 characters", Client, "10 23 | 00 04 'MQTT' 04 02 00 3c | 00 17 'abcdefghijKLMNOPQRS0123'"),
        Valid("CONNECT: client identifier with other characters", Client, "10 15 | 00 04 'MQTT' 04 02 00 3c | 00 09 'a b/+#$é'", "MQTT-3.1.3-4"),
        Valid("CONNECT: client identifier of 65535 bytes", Client, "10 8b 80 04 | 00 04 'MQTT' 04 02 00 3c | ff ff 61*65535"),
        Valid("CONNECT: stored session", Client, "10 0d | 00 04 'MQTT' 04 00 00 3c | 00 01 'a'"),
        Valid("CONNECT: keep alive off", Client, "10 0d | 00 04 'MQTT' 04 02 00 00 | 00 01 'a'"),
        Valid("CONNECT: keep alive of 65535 seconds", Client, "10 0d | 00 04 'MQTT' 04 02 ff ff | 00 01 'a'"),
        Valid("CONNECT: Will at QoS 0", Client, "10 14 | 00 04 'MQTT' 04 06 00 3c | 00 01 'a' | 00 01 'w' | 00 02 'by'", "MQTT-3.1.2-9"),
        Valid("CONNECT: Will at QoS 1", Client, "10 14 | 00 04 'MQTT' 04 0e 00 3c | 00 01 'a' | 00 01 'w' | 00 02 'by'", "MQTT-3.1.2-14"),
        Valid("CONNECT: Will at QoS 2, retained", Client, "10 14 | 00 04 'MQTT' 04 36 00 3c | 00 01 'a' | 00 01 'w' | 00 02 'by'", "MQTT-3.1.2-14"),
        Valid("CONNECT: Will with an empty message", Client, "10 12 | 00 04 'MQTT' 04 06 00 3c | 00 01 'a' | 00 01 'w' | 00 00"),
        Valid("CONNECT: Will with a binary message", Client, "10 15 | 00 04 'MQTT' 04 06 00 3c | 00 01 'a' | 00 01 'w' | 00 03 00 ff 00"),
        Valid("CONNECT: user name alone", Client, "10 10 | 00 04 'MQTT' 04 82 00 3c | 00 01 'a' | 00 01 'u'", "MQTT-3.1.2-19"),
        Valid("CONNECT: empty user name", Client, "10 0f | 00 04 'MQTT' 04 82 00 3c | 00 01 'a' | 00 00", "MQTT-3.1.2-19"),
        Valid("CONNECT: user name and password", Client, "10 13 | 00 04 'MQTT' 04 c2 00 3c | 00 01 'a' | 00 01 'u' | 00 01 'p'", "MQTT-3.1.2-21"),
        Valid("CONNECT: empty password", Client, "10 12 | 00 04 'MQTT' 04 c2 00 3c | 00 01 'a' | 00 01 'u' | 00 00", "MQTT-3.1.2-21"),
        Valid("CONNECT: binary password", Client, "10 15 | 00 04 'MQTT' 04 c2 00 3c | 00 01 'a' | 00 01 'u' | 00 03 00 ff c0", "MQTT-3.1.2-21"),
        Valid("CONNECT: all fields", Client, "10 1c | 00 04 'MQTT' 04 f6 00 3c | 00 01 'a' | 00 03 'w/1' | 00 02 'by' | 00 01 'u' | 00 01 'p'", "MQTT-3.1.3-1"),
        Valid("CONNECT: U+FEFF before the client identifier", Client, "10 10 | 00 04 'MQTT' 04 02 00 3c | 00 04 ef bb bf 'a'", "MQTT-1.5.3-3"),
        Valid("CONNECT: control characters in the client identifier", Client, "10 0f | 00 04 'MQTT' 04 02 00 3c | 00 03 01 1f 7f"),
        Valid("CONNECT: non-characters in the client identifier", Client, "10 0f | 00 04 'MQTT' 04 02 00 3c | 00 03 ef bf bf"),
        Valid("CONNECT: U+10FFFF in the client identifier", Client, "10 10 | 00 04 'MQTT' 04 02 00 3c | 00 04 f4 8f bf bf"),
        Valid("CONNECT: the characters around the surrogates", Client, "10 12 | 00 04 'MQTT' 04 02 00 3c | 00 06 ed 9f bf ee 80 80"),
    ];

    private static PacketVector[] BrokenHeader =>
    [
        Broken("CONNECT: flags 0001", Client, "MQTT-2.2.2-2", "11 0c | 00 04 'MQTT' 04 02 00 3c | 00 00"),
        Broken("CONNECT: flags 1000", Client, "MQTT-2.2.2-2", "18 0c | 00 04 'MQTT' 04 02 00 3c | 00 00"),
        Broken("CONNECT: no body", Client, "1.5.3", "10 00"),
        Broken("CONNECT: protocol name in lower case", Client, "MQTT-3.1.2-1", "10 0c | 00 04 'mqtt' 04 02 00 3c | 00 00"),
        Broken("CONNECT: protocol name of another protocol", Client, "MQTT-3.1.2-1", "10 0c | 00 04 'AMQP' 04 02 00 3c | 00 00"),
        Broken("CONNECT: protocol name too long", Client, "MQTT-3.1.2-1", "10 0d | 00 05 'MQTT ' 04 02 00 3c | 00 00"),
        Broken("CONNECT: protocol name empty", Client, "MQTT-3.1.2-1", "10 08 | 00 00 04 02 00 3c | 00 00"),
        Broken("CONNECT: protocol name ill-formed", Client, "MQTT-1.5.3-1", "10 0c | 00 04 'MQT' ff 04 02 00 3c | 00 00"),
        Broken("CONNECT: protocol name cut", Client, "1.5.3", "10 05 | 00 04 'MQT'"),
        Broken("CONNECT: MQTT 3.1", Client, "MQTT-3.1.2-1", "10 0e | 00 06 'MQIsdp' 03 02 00 3c | 00 00"),
        Broken("CONNECT: MQTT 5", Client, "MQTT-3.1.2-2", "10 0d | 00 04 'MQTT' 05 02 00 3c | 00 | 00 00"),
        Broken("CONNECT: level 3 under the new name", Client, "MQTT-3.1.2-2", "10 0c | 00 04 'MQTT' 03 02 00 3c | 00 00"),
        Broken("CONNECT: level 4 under the old name", Client, "MQTT-3.1.2-1", "10 0e | 00 06 'MQIsdp' 04 02 00 3c | 00 00"),
        Broken("CONNECT: level 4 with a bridge's bit", Client, "MQTT-3.1.2-2", "10 0c | 00 04 'MQTT' 84 02 00 3c | 00 00"),
        Broken("CONNECT: no level", Client, "2.2.3", "10 06 | 00 04 'MQTT'"),
        Broken("CONNECT: no flags", Client, "2.2.3", "10 07 | 00 04 'MQTT' 04"),
        Broken("CONNECT: no keep alive", Client, "2.2.3", "10 08 | 00 04 'MQTT' 04 02"),
        Broken("CONNECT: half a keep alive", Client, "2.2.3", "10 09 | 00 04 'MQTT' 04 02 00"),
    ];

    private static PacketVector[] BrokenFlags =>
    [
        Broken("CONNECT: reserved flag", Client, "MQTT-3.1.2-3", "10 0c | 00 04 'MQTT' 04 03 00 3c | 00 00"),
        Broken("CONNECT: Will QoS 1 without a Will", Client, "MQTT-3.1.2-13", "10 0c | 00 04 'MQTT' 04 0a 00 3c | 00 00", "MQTT-3.1.2-11"),
        Broken("CONNECT: Will QoS 3 without a Will", Client, "MQTT-3.1.2-13", "10 0c | 00 04 'MQTT' 04 1a 00 3c | 00 00", "MQTT-3.1.2-11"),
        Broken("CONNECT: Will QoS 3", Client, "MQTT-3.1.2-14", "10 14 | 00 04 'MQTT' 04 1e 00 3c | 00 01 'a' | 00 01 'w' | 00 02 'by'"),
        Broken("CONNECT: Will Retain without a Will", Client, "MQTT-3.1.2-15", "10 0c | 00 04 'MQTT' 04 22 00 3c | 00 00", "MQTT-3.1.2-11"),
        Broken("CONNECT: password without user name", Client, "MQTT-3.1.2-22", "10 10 | 00 04 'MQTT' 04 42 00 3c | 00 01 'a' | 00 01 'p'"),
    ];

    private static PacketVector[] BrokenPayload =>
    [
        Broken("CONNECT: no client identifier", Client, "MQTT-3.1.3-3", "10 0a | 00 04 'MQTT' 04 02 00 3c"),
        Broken("CONNECT: half a client identifier's length", Client, "1.5.3", "10 0b | 00 04 'MQTT' 04 02 00 3c | 00"),
        Broken("CONNECT: client identifier beyond the end", Client, "1.5.3", "10 0d | 00 04 'MQTT' 04 02 00 3c | 00 02 'a'"),
        Broken("CONNECT: empty client identifier, stored session", Client, "MQTT-3.1.3-7", "10 0c | 00 04 'MQTT' 04 00 00 3c | 00 00"),
        Broken("CONNECT: Will without its fields", Client, "MQTT-3.1.2-9", "10 0d | 00 04 'MQTT' 04 06 00 3c | 00 01 'a'"),
        Broken("CONNECT: Will without its message", Client, "MQTT-3.1.2-9", "10 10 | 00 04 'MQTT' 04 06 00 3c | 00 01 'a' | 00 01 'w'"),
        Broken("CONNECT: Will message beyond the end", Client, "1.5.3", "10 13 | 00 04 'MQTT' 04 06 00 3c | 00 01 'a' | 00 01 'w' | 00 02 'b'"),
        Broken("CONNECT: Will Topic empty", Client, "MQTT-4.7.3-1", "10 13 | 00 04 'MQTT' 04 06 00 3c | 00 01 'a' | 00 00 | 00 02 'by'"),
        Broken("CONNECT: Will Topic with #", Client, "MQTT-4.7.1-1", "10 14 | 00 04 'MQTT' 04 06 00 3c | 00 01 'a' | 00 01 '#' | 00 02 'by'"),
        Broken("CONNECT: Will Topic with +", Client, "MQTT-4.7.1-1", "10 16 | 00 04 'MQTT' 04 06 00 3c | 00 01 'a' | 00 03 'w/+' | 00 02 'by'"),
        Broken("CONNECT: no user name", Client, "MQTT-3.1.2-19", "10 0d | 00 04 'MQTT' 04 82 00 3c | 00 01 'a'"),
        Broken("CONNECT: user name beyond the end", Client, "1.5.3", "10 10 | 00 04 'MQTT' 04 82 00 3c | 00 01 'a' | 00 02 'u'"),
        Broken("CONNECT: no password", Client, "MQTT-3.1.2-21", "10 10 | 00 04 'MQTT' 04 c2 00 3c | 00 01 'a' | 00 01 'u'"),
        Broken("CONNECT: password beyond the end", Client, "1.5.3", "10 13 | 00 04 'MQTT' 04 c2 00 3c | 00 01 'a' | 00 01 'u' | 00 02 'p'"),
        Broken("CONNECT: a field behind the client identifier", Client, "MQTT-3.1.2-18",
            "10 10 | 00 04 'MQTT' 04 02 00 3c | 00 01 'a' | 00 01 'u'", "MQTT-3.1.2-11"),
        Broken("CONNECT: a field behind the Will", Client, "MQTT-3.1.2-18",
            "10 17 | 00 04 'MQTT' 04 06 00 3c | 00 01 'a' | 00 01 'w' | 00 02 'by' | 00 01 'u'"),
        Broken("CONNECT: a field behind the user name", Client, "MQTT-3.1.2-20", "10 13 | 00 04 'MQTT' 04 82 00 3c | 00 01 'a' | 00 01 'u' | 00 01 'p'"),
        Broken("CONNECT: a byte behind the password", Client, "MQTT-3.1.3-1", "10 14 | 00 04 'MQTT' 04 c2 00 3c | 00 01 'a' | 00 01 'u' | 00 01 'p' 00"),
    ];

    /// <summary>The kinds of ill-formed UTF-8, once in full here; the other packets' strings are read by the same method.</summary>
    private static PacketVector[] BrokenText =>
    [
        Broken("CONNECT: client identifier with U+0000", Client, "MQTT-1.5.3-2", "10 0f | 00 04 'MQTT' 04 02 00 3c | 00 03 'a' 00 'b'"),
        Broken("CONNECT: client identifier that is U+0000", Client, "MQTT-1.5.3-2", "10 0d | 00 04 'MQTT' 04 02 00 3c | 00 01 00"),
        Broken("CONNECT: U+0000 as two bytes", Client, "MQTT-1.5.3-1", "10 0e | 00 04 'MQTT' 04 02 00 3c | 00 02 c0 80", "MQTT-3.1.3-4"),
        Broken("CONNECT: overlong form of two bytes", Client, "MQTT-1.5.3-1", "10 0e | 00 04 'MQTT' 04 02 00 3c | 00 02 c1 bf"),
        Broken("CONNECT: overlong form of three bytes", Client, "MQTT-1.5.3-1", "10 0f | 00 04 'MQTT' 04 02 00 3c | 00 03 e0 9f bf"),
        Broken("CONNECT: overlong form of four bytes", Client, "MQTT-1.5.3-1", "10 10 | 00 04 'MQTT' 04 02 00 3c | 00 04 f0 8f bf bf"),
        Broken("CONNECT: surrogate U+D800", Client, "MQTT-1.5.3-1", "10 0f | 00 04 'MQTT' 04 02 00 3c | 00 03 ed a0 80"),
        Broken("CONNECT: surrogate U+DFFF", Client, "MQTT-1.5.3-1", "10 0f | 00 04 'MQTT' 04 02 00 3c | 00 03 ed bf bf"),
        Broken("CONNECT: a pair of surrogates", Client, "MQTT-1.5.3-1", "10 12 | 00 04 'MQTT' 04 02 00 3c | 00 06 ed a0 bd ed b8 80"),
        Broken("CONNECT: above U+10FFFF", Client, "MQTT-1.5.3-1", "10 10 | 00 04 'MQTT' 04 02 00 3c | 00 04 f4 90 80 80"),
        Broken("CONNECT: a lead byte of five", Client, "MQTT-1.5.3-1", "10 11 | 00 04 'MQTT' 04 02 00 3c | 00 05 f8 88 80 80 80"),
        Broken("CONNECT: byte FF", Client, "MQTT-1.5.3-1", "10 0d | 00 04 'MQTT' 04 02 00 3c | 00 01 ff"),
        Broken("CONNECT: a continuation byte alone", Client, "MQTT-1.5.3-1", "10 0d | 00 04 'MQTT' 04 02 00 3c | 00 01 80"),
        Broken("CONNECT: a character cut off", Client, "MQTT-1.5.3-1", "10 0e | 00 04 'MQTT' 04 02 00 3c | 00 02 e2 82"),
        Broken("CONNECT: a character broken by another", Client, "MQTT-1.5.3-1", "10 0e | 00 04 'MQTT' 04 02 00 3c | 00 02 c3 'a'"),
        Broken("CONNECT: Will Topic ill-formed", Client, "MQTT-1.5.3-1",
            "10 14 | 00 04 'MQTT' 04 06 00 3c | 00 01 'a' | 00 01 ff | 00 02 'by'", "MQTT-3.1.3-10"),
        Broken("CONNECT: Will Topic with U+0000", Client, "MQTT-1.5.3-2",
            "10 14 | 00 04 'MQTT' 04 06 00 3c | 00 01 'a' | 00 01 00 | 00 02 'by'", "MQTT-3.1.3-10"),
        Broken("CONNECT: user name ill-formed", Client, "MQTT-1.5.3-1", "10 10 | 00 04 'MQTT' 04 82 00 3c | 00 01 'a' | 00 01 ff", "MQTT-3.1.3-11"),
        Broken("CONNECT: user name with U+0000", Client, "MQTT-1.5.3-2", "10 10 | 00 04 'MQTT' 04 82 00 3c | 00 01 'a' | 00 01 00", "MQTT-3.1.3-11"),
    ];
}
