// SPDX-License-Identifier: MIT

using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;

namespace RawMqtt.WebSockets;

/// <summary>The payload of a Close frame, RFC 6455 5.5.1: nothing, or a status code and a reason in UTF-8.</summary>
/// <remarks><code>
/// bytes 1-2   status code, network byte order     7.4
/// then        reason, UTF-8, at most 123 bytes    7.1.6
/// </code></remarks>
internal readonly ref struct CloseBody
{
    /// <summary>Bytes of a reason at most.</summary>
    public const int MaxReason = FrameHeader.MaxControlPayload - 2;

    /// <summary>The code, or 1005 when the body is empty.</summary>
    public CloseCode Code { get; private init; }

    /// <summary>UTF-8.</summary>
    public ReadOnlySpan<byte> Reason { get; private init; }

    /// <summary>Reads the payload of a whole Close frame.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out CloseBody body, [NotNullWhen(false)] out WebSocketViolation? violation)
    {
        violation = null;
        body = new CloseBody { Code = CloseCode.NoStatusReceived };                     // [WS-7.1.5-2]
        if (payload.IsEmpty) return true;
        if (payload.Length == 1)
        {
            violation = WebSocketViolation.CloseBodyOfOneByte;                          // [WS-5.5.1-1]
            return false;
        }

        body = new CloseBody { Code = (CloseCode)BinaryPrimitives.ReadUInt16BigEndian(payload), Reason = payload[2..] };
        violation = body.Code.Violation();                                              // [WS-7.4.1-2] to [WS-7.4.2-2]
        if (violation is null && !Utf8.IsValid(body.Reason))
            violation = WebSocketViolation.CloseReasonNotUtf8;                          // [WS-8.1-1] [WS-5.5.1-2]
        return violation is null;
    }

    /// <summary>Writes code and reason; a reason of more than 123 bytes is cut at the end of a character.</summary>
    public static int Write(Span<byte> destination, CloseCode code, ReadOnlySpan<char> reason)
    {
        if (code == CloseCode.NoStatusReceived) return 0;
        if (!code.MayBeOnTheWire()) throw new ArgumentOutOfRangeException(nameof(code), code, "This close code is never sent.");
        BinaryPrimitives.WriteUInt16BigEndian(destination, (ushort)code);
        Utf8.FromUtf16(reason, destination.Slice(2, MaxReason), out _, out int written);
        return 2 + written;
    }

    /// <summary>The reason as a string.</summary>
    public string ReasonText() => Encoding.UTF8.GetString(Reason);
}
