// SPDX-License-Identifier: MIT

using System.Diagnostics.CodeAnalysis;

namespace RawMqtt.Codec;

/// <summary>PINGREQ, 3.12: the client shows that it is alive, and asks whether the server is.</summary>
/// <remarks><code>
///          7 6 5 4   3 2 1 0
/// byte 1   1 1 0 0 | 0 0 0 0    3.12.1
/// byte 2   Remaining Length   0
/// </code></remarks>
public readonly ref struct PingReqPacket : IControlPacket
{
    /// <inheritdoc/>
    public int Length => 2;

    /// <summary>Reads the body of a PINGREQ. Returns false, and the rule that is broken, if the body is malformed.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out PingReqPacket packet, [NotNullWhen(false)] out ProtocolViolation? violation)
    {
        packet = default;
        violation = body.IsEmpty ? null : ProtocolViolation.TrailingBytes;
        return violation is null;
    }

    /// <inheritdoc/>
    public int Write(Span<byte> destination) => new BodyWriter(destination, PacketType.PingReq, 0b0000, remainingLength: 0).Finish();
}
