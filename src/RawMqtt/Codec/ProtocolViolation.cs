// SPDX-License-Identifier: MIT

namespace RawMqtt.Codec;

/// <summary>A rule of the specification that a peer broke.</summary>
/// <remarks>One for each numbered rule, but for the limits of this end, which share a number, and the protocol name of MQTT 3.1, which is answered. Where the
/// text states a rule without a number, <see cref="Rule"/> is the section, as in <c>2.2.3</c>.</remarks>
public sealed class ProtocolViolation
{
    private ProtocolViolation(string rule, string message)
    {
        Rule = rule;
        Message = message;
    }

    /// <summary>Gets the number of the rule, such as <c>MQTT-3.3.1-4</c>, or its section.</summary>
    public string Rule { get; }

    /// <summary>Gets what was found, as one sentence without a full stop.</summary>
    public string Message { get; }

    /// <summary>Returns rule and finding, such as <c>[MQTT-3.3.1-4] the QoS bits of a PUBLISH are 11</c>.</summary>
    public override string ToString() => $"[{Rule}] {Message}";

    /// <summary>A string or binary field reaches beyond the end of its packet: section 1.5.3.</summary>
    public static readonly ProtocolViolation CutString = new("1.5.3", "a string or binary field reaches beyond the end of its packet");

    /// <summary>A string is not well-formed UTF-8: [MQTT-1.5.3-1].</summary>
    public static readonly ProtocolViolation IllFormedUtf8 = new("MQTT-1.5.3-1", "a string is not well-formed UTF-8");

    /// <summary>A string holds the character U+0000: [MQTT-1.5.3-2].</summary>
    public static readonly ProtocolViolation NullCharacter = new("MQTT-1.5.3-2", "a string holds the character U+0000");

    /// <summary>Packet types 0 and 15 are forbidden: section 2.2.1.</summary>
    public static readonly ProtocolViolation ReservedPacketType = new("2.2.1", "packet types 0 and 15 are forbidden");

    /// <summary>This packet only flows the other way: section 2.2.1.</summary>
    public static readonly ProtocolViolation WrongDirection = new("2.2.1", "this packet only flows the other way");

    /// <summary>The flag bits are not those that the packet type demands: [MQTT-2.2.2-2].</summary>
    public static readonly ProtocolViolation ReservedFlags = new("MQTT-2.2.2-2", "the flag bits are not those that the packet type demands");

    /// <summary>The Remaining Length takes more than four bytes: section 2.2.3.</summary>
    public static readonly ProtocolViolation MalformedRemainingLength = new("2.2.3", "the Remaining Length takes more than four bytes");

    /// <summary>A field reaches beyond the end of its packet: section 2.2.3.</summary>
    public static readonly ProtocolViolation CutField = new("2.2.3", "a field reaches beyond the end of its packet");

    /// <summary>The packet is longer than its fields: section 2.2.3.</summary>
    public static readonly ProtocolViolation TrailingBytes = new("2.2.3", "the packet is longer than its fields");

    /// <summary>The packet identifier is missing or 0: [MQTT-2.3.1-1].</summary>
    public static readonly ProtocolViolation MissingPacketId = new("MQTT-2.3.1-1", "the packet identifier is missing or 0");

    /// <summary>The first packet of a connection is not CONNECT: [MQTT-3.1.0-1].</summary>
    public static readonly ProtocolViolation FirstPacketNotConnect = new("MQTT-3.1.0-1", "the first packet of a connection is not CONNECT");

    /// <summary>A second CONNECT on one connection: [MQTT-3.1.0-2].</summary>
    public static readonly ProtocolViolation SecondConnect = new("MQTT-3.1.0-2", "a second CONNECT on one connection");

    /// <summary>The protocol name is not MQTT: [MQTT-3.1.2-1].</summary>
    public static readonly ProtocolViolation WrongProtocolName = new("MQTT-3.1.2-1", "the protocol name is not MQTT");

    /// <summary>The protocol name is MQIsdp, that of MQTT 3.1, and not MQTT: [MQTT-3.1.2-1].</summary>
    public static readonly ProtocolViolation OlderProtocolName = new("MQTT-3.1.2-1", "the protocol name is MQIsdp, that of MQTT 3.1, and not MQTT");

    /// <summary>The protocol level is not 4, that of MQTT 3.1.1: [MQTT-3.1.2-2].</summary>
    public static readonly ProtocolViolation UnsupportedProtocolLevel = new("MQTT-3.1.2-2", "the protocol level is not 4, that of MQTT 3.1.1");

    /// <summary>The reserved bit of the Connect Flags is 1: [MQTT-3.1.2-3].</summary>
    public static readonly ProtocolViolation ReservedConnectFlag = new("MQTT-3.1.2-3", "the reserved bit of the Connect Flags is 1");

    /// <summary>Will Flag is 1 and the Will Topic or Will Message is missing: [MQTT-3.1.2-9].</summary>
    public static readonly ProtocolViolation MissingWill = new("MQTT-3.1.2-9", "Will Flag is 1 and the Will Topic or Will Message is missing");

    /// <summary>Will Flag is 0 and there is a Will Topic or Will Message: [MQTT-3.1.2-11].</summary>
    public static readonly ProtocolViolation WillFieldsWithoutWill = new("MQTT-3.1.2-11", "Will Flag is 0 and there is a Will Topic or Will Message");

    /// <summary>Will Flag is 0 and Will QoS is not: [MQTT-3.1.2-13].</summary>
    public static readonly ProtocolViolation WillQosWithoutWill = new("MQTT-3.1.2-13", "Will Flag is 0 and Will QoS is not");

    /// <summary>Will QoS is 3: [MQTT-3.1.2-14].</summary>
    public static readonly ProtocolViolation ReservedWillQos = new("MQTT-3.1.2-14", "Will QoS is 3");

    /// <summary>Will Flag is 0 and Will Retain is 1: [MQTT-3.1.2-15].</summary>
    public static readonly ProtocolViolation WillRetainWithoutWill = new("MQTT-3.1.2-15", "Will Flag is 0 and Will Retain is 1");

    /// <summary>User Name Flag is 0 and bytes follow where the payload must end: [MQTT-3.1.2-18].</summary>
    public static readonly ProtocolViolation UserNameWithoutFlag = new("MQTT-3.1.2-18", "User Name Flag is 0 and bytes follow where the payload must end");

    /// <summary>User Name Flag is 1 and the user name is missing: [MQTT-3.1.2-19].</summary>
    public static readonly ProtocolViolation MissingUserName = new("MQTT-3.1.2-19", "User Name Flag is 1 and the user name is missing");

    /// <summary>Password Flag is 0 and bytes follow where the payload must end: [MQTT-3.1.2-20].</summary>
    public static readonly ProtocolViolation PasswordWithoutFlag = new("MQTT-3.1.2-20", "Password Flag is 0 and bytes follow where the payload must end");

    /// <summary>Password Flag is 1 and the password is missing: [MQTT-3.1.2-21].</summary>
    public static readonly ProtocolViolation MissingPassword = new("MQTT-3.1.2-21", "Password Flag is 1 and the password is missing");

    /// <summary>Password Flag is 1 and User Name Flag is 0: [MQTT-3.1.2-22].</summary>
    public static readonly ProtocolViolation PasswordWithoutUserName = new("MQTT-3.1.2-22", "Password Flag is 1 and User Name Flag is 0");

    /// <summary>Nothing came within one and a half times the Keep Alive: [MQTT-3.1.2-24].</summary>
    public static readonly ProtocolViolation KeepAliveExpired = new("MQTT-3.1.2-24", "nothing came within one and a half times the Keep Alive");

    /// <summary>Bytes follow the last field of the CONNECT payload: [MQTT-3.1.3-1].</summary>
    public static readonly ProtocolViolation UnknownConnectField = new("MQTT-3.1.3-1", "bytes follow the last field of the CONNECT payload");

    /// <summary>The client identifier is missing: [MQTT-3.1.3-3].</summary>
    public static readonly ProtocolViolation MissingClientId = new("MQTT-3.1.3-3", "the client identifier is missing");

    /// <summary>An empty client identifier goes with Clean Session 1 only: [MQTT-3.1.3-7].</summary>
    public static readonly ProtocolViolation EmptyClientIdWithSession = new("MQTT-3.1.3-7", "an empty client identifier goes with Clean Session 1 only");

    /// <summary>The first packet from the server is not CONNACK: [MQTT-3.2.0-1].</summary>
    public static readonly ProtocolViolation FirstPacketNotConnAck = new("MQTT-3.2.0-1", "the first packet from the server is not CONNACK");

    /// <summary>Bits 7 to 1 of the CONNACK flags are not 0: section 3.2.2.1.</summary>
    public static readonly ProtocolViolation ReservedConnAckFlags = new("3.2.2.1", "bits 7 to 1 of the CONNACK flags are not 0");

    /// <summary>Session Present is 1 after a CONNECT with Clean Session 1: [MQTT-3.2.2-1].</summary>
    public static readonly ProtocolViolation SessionPresentWhenClean = new("MQTT-3.2.2-1", "Session Present is 1 after a CONNECT with Clean Session 1");

    /// <summary>Session Present is 1 in a CONNACK that refuses: [MQTT-3.2.2-4].</summary>
    public static readonly ProtocolViolation SessionPresentWhenRefused = new("MQTT-3.2.2-4", "Session Present is 1 in a CONNACK that refuses");

    /// <summary>The CONNACK return code is above 5: section 3.2.2.3.</summary>
    public static readonly ProtocolViolation ReservedConnectReturnCode = new("3.2.2.3", "the CONNACK return code is above 5");

    /// <summary>A second CONNACK on one connection: section 3.2.</summary>
    public static readonly ProtocolViolation SecondConnAck = new("3.2", "a second CONNACK on one connection");

    /// <summary>DUP is 1 in a PUBLISH at QoS 0: [MQTT-3.3.1-2].</summary>
    public static readonly ProtocolViolation DuplicateAtQos0 = new("MQTT-3.3.1-2", "DUP is 1 in a PUBLISH at QoS 0");

    /// <summary>The QoS bits of a PUBLISH are 11: [MQTT-3.3.1-4].</summary>
    public static readonly ProtocolViolation ReservedQos = new("MQTT-3.3.1-4", "the QoS bits of a PUBLISH are 11");

    /// <summary>A PUBLISH without a topic name: [MQTT-3.3.2-1].</summary>
    public static readonly ProtocolViolation MissingTopicName = new("MQTT-3.3.2-1", "a PUBLISH without a topic name");

    /// <summary>The topic name of a PUBLISH holds a wildcard, # or +: [MQTT-3.3.2-2].</summary>
    public static readonly ProtocolViolation WildcardInPublish = new("MQTT-3.3.2-2", "the topic name of a PUBLISH holds a wildcard, # or +");

    /// <summary>The flag bits of a PUBREL are not 0010: [MQTT-3.6.1-1].</summary>
    public static readonly ProtocolViolation ReservedPubRelFlags = new("MQTT-3.6.1-1", "the flag bits of a PUBREL are not 0010");

    /// <summary>The flag bits of a SUBSCRIBE are not 0010: [MQTT-3.8.1-1].</summary>
    public static readonly ProtocolViolation ReservedSubscribeFlags = new("MQTT-3.8.1-1", "the flag bits of a SUBSCRIBE are not 0010");

    /// <summary>A SUBSCRIBE without a topic filter: [MQTT-3.8.3-3].</summary>
    public static readonly ProtocolViolation EmptySubscribe = new("MQTT-3.8.3-3", "a SUBSCRIBE without a topic filter");

    /// <summary>The Requested QoS byte is not 0, 1 or 2: [MQTT-3.8.3-4].</summary>
    public static readonly ProtocolViolation ReservedRequestedQos = new("MQTT-3.8.3-4", "the Requested QoS byte is not 0, 1 or 2");

    /// <summary>The SUBACK has not one return code for each topic filter: [MQTT-3.8.4-5].</summary>
    public static readonly ProtocolViolation ReturnCodeCount = new("MQTT-3.8.4-5", "the SUBACK has not one return code for each topic filter");

    /// <summary>A SUBACK return code is not 0x00, 0x01, 0x02 or 0x80: [MQTT-3.9.3-2].</summary>
    public static readonly ProtocolViolation ReservedSubAckReturnCode = new("MQTT-3.9.3-2", "a SUBACK return code is not 0x00, 0x01, 0x02 or 0x80");

    /// <summary>The flag bits of an UNSUBSCRIBE are not 0010: [MQTT-3.10.1-1].</summary>
    public static readonly ProtocolViolation ReservedUnsubscribeFlags = new("MQTT-3.10.1-1", "the flag bits of an UNSUBSCRIBE are not 0010");

    /// <summary>An UNSUBSCRIBE without a topic filter: [MQTT-3.10.3-2].</summary>
    public static readonly ProtocolViolation EmptyUnsubscribe = new("MQTT-3.10.3-2", "an UNSUBSCRIBE without a topic filter");

    /// <summary>The flag bits of a DISCONNECT are not 0000: [MQTT-3.14.1-1].</summary>
    public static readonly ProtocolViolation ReservedDisconnectFlags = new("MQTT-3.14.1-1", "the flag bits of a DISCONNECT are not 0000");

    /// <summary>The acknowledgement is not one of this QoS or of this step: [MQTT-4.3.3-1].</summary>
    public static readonly ProtocolViolation WrongAcknowledgement = new("MQTT-4.3.3-1", "the acknowledgement is not one of this QoS or of this step");

    /// <summary>A topic name holds a wildcard, # or +: [MQTT-4.7.1-1].</summary>
    public static readonly ProtocolViolation WildcardInTopicName = new("MQTT-4.7.1-1", "a topic name holds a wildcard, # or +");

    /// <summary># is not alone in the last level of a topic filter: [MQTT-4.7.1-2].</summary>
    public static readonly ProtocolViolation MisplacedMultiLevelWildcard = new("MQTT-4.7.1-2", "# is not alone in the last level of a topic filter");

    /// <summary>+ does not fill a whole level of a topic filter: [MQTT-4.7.1-3].</summary>
    public static readonly ProtocolViolation MisplacedSingleLevelWildcard = new("MQTT-4.7.1-3", "+ does not fill a whole level of a topic filter");

    /// <summary>A topic name or filter is empty: [MQTT-4.7.3-1].</summary>
    public static readonly ProtocolViolation EmptyTopic = new("MQTT-4.7.3-1", "a topic name or filter is empty");

    /// <summary>A topic name or filter takes more than 65535 bytes: [MQTT-4.7.3-3].</summary>
    public static readonly ProtocolViolation TopicTooLong = new("MQTT-4.7.3-3", "a topic name or filter takes more than 65535 bytes");

    /// <summary>A topic name has more levels than this end takes: [MQTT-4.8.0-2].</summary>
    public static readonly ProtocolViolation TooManyLevels = new("MQTT-4.8.0-2", "a topic name has more levels than this end takes");

    /// <summary>The packet is larger than the limit of this end: [MQTT-4.8.0-2].</summary>
    public static readonly ProtocolViolation PacketTooLarge = new("MQTT-4.8.0-2", "the packet is larger than the limit of this end");
}
