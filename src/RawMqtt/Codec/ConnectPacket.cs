// SPDX-License-Identifier: MIT

using System.Diagnostics.CodeAnalysis;

namespace RawMqtt.Codec;

/// <summary>CONNECT, 3.1: the first packet that a client sends.</summary>
/// <remarks><code>
///          7 6 5 4   3 2 1 0
/// byte 1   0 0 0 1 | 0 0 0 0                    3.1.1
/// then     Remaining Length, 1 to 4 bytes       2.2.3
/// body     Protocol Name    00 04 'M' 'Q' 'T' 'T'   3.1.2.1
///          Protocol Level   04                  3.1.2.2; 84 from a bridge, which no specification has
///          Connect Flags    1 byte              3.1.2.3
///            7 User Name | 6 Password | 5 Will Retain | 4 3 Will QoS | 2 Will | 1 Clean Session | 0 reserved
///          Keep Alive       2 bytes, seconds    3.1.2.10
///          Client Identifier   string           3.1.3.1
///          Will Topic          string           3.1.3.2, with Will Flag
///          Will Message        2 bytes of length and the bytes    3.1.3.3, with Will Flag
///          User Name           string           3.1.3.4, with User Name Flag
///          Password            2 bytes of length and the bytes    3.1.3.5, with Password Flag
/// </code>
/// The spans of a packet that was read point into the bytes that were read.</remarks>
public readonly ref struct ConnectPacket : IControlPacket
{
    /// <summary>Length of the longest CONNECT: the headers, and five fields of at most 65535 bytes.</summary>
    internal const int MaxLength = 4 + 10 + (5 * (2 + 65535));

    private const int UserNameFlag = 0b1000_0000;
    private const int PasswordFlag = 0b0100_0000;
    private const int WillRetainFlag = 0b0010_0000;
    private const int WillQosFlags = 0b0001_1000;
    private const int WillFlag = 0b0000_0100;
    private const int CleanSessionFlag = 0b0000_0010;
    private const int ReservedFlag = 0b0000_0001;

    private const byte Level = 4;
    private const byte BridgeLevel = 0x84;

    private static ReadOnlySpan<byte> ProtocolName => "MQTT"u8;

    private static ReadOnlySpan<byte> ProtocolNameOf31 => "MQIsdp"u8;

    /// <summary>Gets the client identifier, 3.1.3.1: up to 65535 bytes of UTF-8. It may be empty only with <see cref="CleanSession"/> [MQTT-3.1.3-7].</summary>
    public ReadOnlySpan<byte> ClientId { get; init; }

    /// <summary>Gets whether client and server discard an older session at the start and this one at the end of the connection, 3.1.2.4.</summary>
    public bool CleanSession { get; init; }

    /// <summary>Gets the longest time in seconds that the client sends nothing, 3.1.2.10; 0: no limit.</summary>
    public ushort KeepAlive { get; init; }

    /// <summary>Gets whether the packet holds a Will, 3.1.2.5; if not, the four properties of the Will are empty.</summary>
    public bool HasWill { get; init; }

    /// <summary>Gets the topic name that the server publishes the Will under, 3.1.3.2.</summary>
    public ReadOnlySpan<byte> WillTopic { get; init; }

    /// <summary>Gets the payload of the Will, 3.1.3.3: 0 to 65535 bytes.</summary>
    public ReadOnlySpan<byte> WillMessage { get; init; }

    /// <summary>Gets the QoS at which the server publishes the Will, 3.1.2.6.</summary>
    public QualityOfService WillQos { get; init; }

    /// <summary>Gets whether the server keeps the Will as the retained message of its topic, 3.1.2.7.</summary>
    public bool WillRetain { get; init; }

    /// <summary>Gets whether the packet holds a user name, 3.1.2.8; it may be empty.</summary>
    public bool HasUserName { get; init; }

    /// <summary>Gets the user name, 3.1.3.4: up to 65535 bytes of UTF-8.</summary>
    public ReadOnlySpan<byte> UserName { get; init; }

    /// <summary>Gets whether the packet holds a password, 3.1.2.9; it may be empty. A password needs a user name [MQTT-3.1.2-22].</summary>
    public bool HasPassword { get; init; }

    /// <summary>Gets the password, 3.1.3.5: up to 65535 bytes of any value.</summary>
    public ReadOnlySpan<byte> Password { get; init; }

    /// <summary>Gets whether the client is a bridge to another broker: bit 7 of the Protocol Level, an extension that mosquitto began. A server that takes it
    /// sends the client none of its own messages, and passes RETAIN on as it was published.</summary>
    public bool IsBridge { get; init; }

    /// <inheritdoc/>
    public int Length => FixedHeader.PacketLengthFor(RemainingLength);

    private long RemainingLength =>
        10L + 2 + ClientId.Length +
        (HasWill ? 4 + WillTopic.Length + WillMessage.Length : 0) +
        (HasUserName ? 2 + UserName.Length : 0) +
        (HasPassword ? 2 + Password.Length : 0);

    /// <summary>Reads the body of a CONNECT. Returns false, and the rule that is broken, if the body is malformed.</summary>
    /// <remarks>A server answers <see cref="ProtocolViolation.OlderProtocolName"/> and <see cref="ProtocolViolation.UnsupportedProtocolLevel"/>
    /// with return code 1 and <see cref="ProtocolViolation.EmptyClientIdWithSession"/> with 2. After all others it closes the connection without an answer
    /// [MQTT-3.1.4-1].</remarks>
    /// <param name="body">What follows the fixed header.</param>
    /// <param name="packet">The packet.</param>
    /// <param name="violation">The rule that is broken.</param>
    /// <param name="allowsBridge">Whether Protocol Level 0x84 is read as that of a bridge, against [MQTT-3.1.2-2].</param>
    public static bool TryRead(
        ReadOnlySpan<byte> body, out ConnectPacket packet, [NotNullWhen(false)] out ProtocolViolation? violation, bool allowsBridge = false)
    {
        var reader = new BodyReader(body);
        ReadOnlySpan<byte> protocolName = reader.ReadString();
        reader.Require(!protocolName.SequenceEqual(ProtocolNameOf31), ProtocolViolation.OlderProtocolName);    // [MQTT-3.1.2-1], which is answered
        reader.Require(protocolName.SequenceEqual(ProtocolName), ProtocolViolation.WrongProtocolName);         // [MQTT-3.1.2-1]
        int level = reader.ReadByte();
        bool isBridge = allowsBridge && level == BridgeLevel;
        reader.Require(level == Level || isBridge, ProtocolViolation.UnsupportedProtocolLevel);                // [MQTT-3.1.2-2]

        int flags = reader.ReadByte();
        bool hasWill = (flags & WillFlag) != 0;
        int willQos = (flags & WillQosFlags) >> 3;
        bool willRetain = (flags & WillRetainFlag) != 0;
        bool hasUserName = (flags & UserNameFlag) != 0;
        bool hasPassword = (flags & PasswordFlag) != 0;
        bool cleanSession = (flags & CleanSessionFlag) != 0;
        reader.Require((flags & ReservedFlag) == 0, ProtocolViolation.ReservedConnectFlag);          // [MQTT-3.1.2-3]
        reader.Require(hasWill || willQos == 0, ProtocolViolation.WillQosWithoutWill);               // [MQTT-3.1.2-11], [MQTT-3.1.2-13]
        reader.Require(willQos <= 2, ProtocolViolation.ReservedWillQos);                             // [MQTT-3.1.2-14]
        reader.Require(hasWill || !willRetain, ProtocolViolation.WillRetainWithoutWill);             // [MQTT-3.1.2-11], [MQTT-3.1.2-15]
        reader.Require(hasUserName || !hasPassword, ProtocolViolation.PasswordWithoutUserName);      // [MQTT-3.1.2-22]

        ushort keepAlive = reader.ReadUInt16();
        ReadOnlySpan<byte> clientId = reader.ReadString(ProtocolViolation.MissingClientId);          // [MQTT-3.1.3-3], [MQTT-3.1.3-4]
        ReadOnlySpan<byte> willTopic = hasWill ? reader.ReadTopicName(ProtocolViolation.MissingWill) : default;  // [MQTT-3.1.2-9], [MQTT-3.1.3-10]
        ReadOnlySpan<byte> willMessage = hasWill ? reader.ReadBinary(ProtocolViolation.MissingWill) : default;   // [MQTT-3.1.2-9]
        ReadOnlySpan<byte> userName = hasUserName ? reader.ReadString(ProtocolViolation.MissingUserName) : default; // [MQTT-3.1.2-19], [MQTT-3.1.3-11]
        ReadOnlySpan<byte> password = hasPassword ? reader.ReadBinary(ProtocolViolation.MissingPassword) : default; // [MQTT-3.1.2-21]
        reader.Require(reader.AtEnd, Unexpected(hasUserName, hasPassword));
        reader.Require(clientId.Length > 0 || cleanSession, ProtocolViolation.EmptyClientIdWithSession); // [MQTT-3.1.3-7], last for [MQTT-3.1.3-8]

        packet = new ConnectPacket
        {
            IsBridge = isBridge,
            ClientId = clientId,
            CleanSession = cleanSession,
            KeepAlive = keepAlive,
            HasWill = hasWill,
            WillTopic = willTopic,
            WillMessage = willMessage,
            WillQos = (QualityOfService)willQos,
            WillRetain = willRetain,
            HasUserName = hasUserName,
            UserName = userName,
            HasPassword = hasPassword,
            Password = password,
        };
        return reader.TryFinish(out violation);
    }

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        BodyWriter.Require(ClientId.Length > 0 || CleanSession, ProtocolViolation.EmptyClientIdWithSession); // [MQTT-3.1.3-7]
        BodyWriter.Require(HasWill || WillTopic.IsEmpty && WillMessage.IsEmpty, ProtocolViolation.WillFieldsWithoutWill); // [MQTT-3.1.2-11]
        BodyWriter.Require(HasWill || WillQos == 0, ProtocolViolation.WillQosWithoutWill);                   // [MQTT-3.1.2-13]
        BodyWriter.Require(WillQos <= QualityOfService.ExactlyOnce, ProtocolViolation.ReservedWillQos);      // [MQTT-3.1.2-14]
        BodyWriter.Require(HasWill || !WillRetain, ProtocolViolation.WillRetainWithoutWill);                 // [MQTT-3.1.2-15]
        BodyWriter.Require(HasUserName || UserName.IsEmpty, ProtocolViolation.UserNameWithoutFlag);          // [MQTT-3.1.2-18]
        BodyWriter.Require(HasPassword || Password.IsEmpty, ProtocolViolation.PasswordWithoutFlag);          // [MQTT-3.1.2-20]
        BodyWriter.Require(HasUserName || !HasPassword, ProtocolViolation.PasswordWithoutUserName);          // [MQTT-3.1.2-22]

        var writer = new BodyWriter(destination, PacketType.Connect, 0b0000, RemainingLength);
        writer.WriteString(ProtocolName);
        writer.WriteByte(IsBridge ? BridgeLevel : Level);
        writer.WriteByte(
            (HasUserName ? UserNameFlag : 0) | (HasPassword ? PasswordFlag : 0) |
            (WillRetain ? WillRetainFlag : 0) | (int)WillQos << 3 | (HasWill ? WillFlag : 0) |
            (CleanSession ? CleanSessionFlag : 0));
        writer.WriteUInt16(KeepAlive);
        writer.WriteString(ClientId); // the order of the payload [MQTT-3.1.3-1]
        if (HasWill)
        {
            writer.WriteTopicName(WillTopic);
            writer.WriteBinary(WillMessage);
        }

        if (HasUserName) writer.WriteString(UserName);
        if (HasPassword) writer.WriteBinary(Password);
        return writer.Finish();
    }

    /// <summary>Returns the rule that bytes behind the last field break, 3.1.3.</summary>
    private static ProtocolViolation Unexpected(bool hasUserName, bool hasPassword) =>
        !hasUserName ? ProtocolViolation.UserNameWithoutFlag :  // [MQTT-3.1.2-18]
        !hasPassword ? ProtocolViolation.PasswordWithoutFlag :  // [MQTT-3.1.2-20]
        ProtocolViolation.UnknownConnectField;                  // [MQTT-3.1.3-1]
}
