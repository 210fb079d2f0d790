// SPDX-License-Identifier: MIT

using System.Diagnostics.CodeAnalysis;

namespace RawMqtt.Codec;

/// <summary>CONNACK, 3.2: the server's answer to CONNECT, and the first packet that it sends [MQTT-3.2.0-1].</summary>
/// <remarks><code>
///          7 6 5 4   3 2 1 0
/// byte 1   0 0 1 0 | 0 0 0 0                    3.2.1
/// byte 2   Remaining Length   2
/// body     0 0 0 0 0 0 0 | Session Present      3.2.2.1, 3.2.2.2
///          Connect Return Code  1 byte          3.2.2.3
/// </code></remarks>
public readonly ref struct ConnAckPacket : IControlPacket
{
    /// <summary>Gets whether the server held a session for this client; false if it refuses the client [MQTT-3.2.2-4].</summary>
    public bool SessionPresent { get; init; }

    /// <summary>Gets the server's decision: 0 accepts the client, 1 to 5 refuse it, 3.2.2.3.</summary>
    public ConnectReturnCode ReturnCode { get; init; }

    /// <inheritdoc/>
    public int Length => 4;

    /// <summary>Reads the body of a CONNACK. Returns false, and the rule that is broken, if the body is malformed.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out ConnAckPacket packet, [NotNullWhen(false)] out ProtocolViolation? violation)
    {
        var reader = new BodyReader(body);
        int flags = reader.ReadByte();
        reader.Require((flags & 0b1111_1110) == 0, ProtocolViolation.ReservedConnAckFlags);             // 3.2.2.1
        int returnCode = reader.ReadByte();
        reader.Require(returnCode <= 5, ProtocolViolation.ReservedConnectReturnCode);                   // 3.2.2.3
        reader.Require(flags == 0 || returnCode == 0, ProtocolViolation.SessionPresentWhenRefused);     // [MQTT-3.2.2-4]
        packet = new ConnAckPacket { SessionPresent = flags == 1, ReturnCode = (ConnectReturnCode)returnCode };
        return reader.TryFinish(out violation);
    }

    /// <inheritdoc/>
    public int Write(Span<byte> destination)
    {
        BodyWriter.Require(ReturnCode <= ConnectReturnCode.NotAuthorized, ProtocolViolation.ReservedConnectReturnCode);
        BodyWriter.Require(!SessionPresent || ReturnCode == 0, ProtocolViolation.SessionPresentWhenRefused); // [MQTT-3.2.2-4]

        var writer = new BodyWriter(destination, PacketType.ConnAck, 0b0000, remainingLength: 2);
        writer.WriteByte(SessionPresent ? 1 : 0);
        writer.WriteByte((int)ReturnCode);
        return writer.Finish();
    }
}
