// SPDX-License-Identifier: MIT

using System.Diagnostics.CodeAnalysis;

namespace RawMqtt.Codec;

/// <summary>DISCONNECT, 3.14: the last packet that a client sends; the server then discards the Will [MQTT-3.14.4-3].</summary>
/// <remarks><code>
///          7 6 5 4   3 2 1 0
/// byte 1   1 1 1 0 | 0 0 0 0    3.14.1
/// byte 2   Remaining Length   0
/// </code></remarks>
public readonly ref struct DisconnectPacket : IControlPacket
{
    /// <inheritdoc/>
    public int Length => 2;

    /// <summary>Reads the body of a DISCONNECT. Returns false, and the rule that is broken, if the body is malformed.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out DisconnectPacket packet, [NotNullWhen(false)] out ProtocolViolation? violation)
    {
        packet = default;
        violation = body.IsEmpty ? null : ProtocolViolation.TrailingBytes;
        return violation is null;
    }

    /// <inheritdoc/>
    public int Write(Span<byte> destination) => new BodyWriter(destination, PacketType.Disconnect, 0b0000, remainingLength: 0).Finish();
}
