// SPDX-License-Identifier: MIT

namespace RawMqtt.WebSockets;

/// <summary>What <see cref="FrameReader"/> took out of the bytes: a control frame, a piece of a message, or a broken rule.</summary>
internal readonly ref struct FramePiece
{
    /// <summary>Text or binary for a piece of a message, whichever of its frames it stood in; or the control frame's opcode.</summary>
    public Opcode Opcode { get; init; }

    /// <summary>Unmasked, where it stood in the input; a control frame's payload is always whole.</summary>
    public Span<byte> Payload { get; init; }

    /// <summary>The piece is the last one of its message.</summary>
    public bool EndOfMessage { get; init; }

    /// <summary>When set, nothing else is, and no piece will follow: the connection has to be failed, 7.1.7.</summary>
    public WebSocketViolation? Violation { get; init; }
}
