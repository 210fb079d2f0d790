// SPDX-License-Identifier: MIT

using System.Buffers;

namespace RawMqtt.WebSockets;

/// <summary>Where a connection is in its life, RFC 6455 section 7.</summary>
internal enum WebSocketState
{
    /// <summary>Messages go both ways.</summary>
    Open,

    /// <summary>A Close was sent or received, not both.</summary>
    Closing,

    /// <summary>Both Closes are through, or the connection was failed, or the transport ended: nothing more is read or written.</summary>
    Closed,
}

/// <summary>A WebSocket connection without its socket, RFC 6455 sections 5 to 7: bytes in, events out, replies to an output.</summary>
/// <remarks>
/// Both roles, text and binary, whole or in fragments. The owner reads bytes and gives them to <see cref="TryReceive"/>
/// until it answers false, then sends what gathered in the output; when <see cref="State"/> is Closed it closes the transport.
/// </remarks>
internal sealed class WebSocketConnection
{
    /// <summary>64 MiB.</summary>
    public const long DefaultMaxMessageSize = 64 << 20;

    private readonly FrameReader reader;
    private readonly MaskKeys? keys;
    private bool isSendingFragments;
    private bool closeSent;
    private bool closeReceived;

    /// <param name="role">This end.</param>
    /// <param name="keys">Needed by a client; null for a server.</param>
    /// <param name="maxMessageSize">Bytes; a larger message ends in a Close 1009.</param>
    public WebSocketConnection(WebSocketRole role, MaskKeys? keys, long maxMessageSize = DefaultMaxMessageSize)
    {
        if ((role == WebSocketRole.Client) != (keys is not null))
            throw new ArgumentException("A client masks its frames and a server does not. RFC 6455 5.1", nameof(keys));
        reader = new FrameReader(role, maxMessageSize);
        this.keys = keys;
    }

    /// <summary>The role, told by the keys.</summary>
    public bool IsClient => keys is not null;

    /// <summary>Where the connection is in its life.</summary>
    public WebSocketState State { get; private set; }

    /// <summary>The code of the peer's first Close: 1005 when it named none, 1006 when the connection ended without one.</summary>
    public CloseCode? CloseCode { get; private set; }

    /// <summary>The reason in the peer's Close, for logs and not for end users.</summary>
    public string CloseReason { get; private set; } = "";

    /// <summary>The rule that the peer broke, when it was that which ended the connection.</summary>
    public WebSocketViolation? Violation => reader.Violation;

    /// <summary>The closing handshake was completed, 7.1.4.</summary>
    public bool ClosedCleanly => closeSent && closeReceived;

    /// <summary>Takes the next event off the front of <paramref name="input"/>, which is unmasked where it stands; false when all of it is taken.</summary>
    public bool TryReceive(ref Span<byte> input, IBufferWriter<byte> output, out WebSocketEvent happened)
    {
        happened = default;
        if (State == WebSocketState.Closed)
        {
            input = default;                                                            // [WS-7.1.1-1] [WS-7.1.7-5]
            return false;
        }

        if (!reader.TryRead(ref input, out FramePiece piece)) return false;
        happened = piece.Violation is not null ? Fail(piece.Violation, output) : piece.Opcode switch
        {
            Opcode.Text => new WebSocketEvent { Kind = WebSocketEventKind.Text, Payload = piece.Payload, EndOfMessage = piece.EndOfMessage },
            Opcode.Binary => new WebSocketEvent { Kind = WebSocketEventKind.Binary, Payload = piece.Payload, EndOfMessage = piece.EndOfMessage },
            Opcode.Ping => Answer(piece.Payload, output),
            Opcode.Pong => new WebSocketEvent { Kind = WebSocketEventKind.Pong, Payload = piece.Payload },      // [WS-5.5.3-2]
            _ => TakeClose(piece.Payload, output),
        };
        return true;
    }

    /// <summary>Appends a message, or with <paramref name="endOfMessage"/> false its next fragment, all but the first one as continuations.</summary>
    /// <exception cref="InvalidOperationException">The connection is not open.</exception>
    public void Send(Opcode opcode, ReadOnlySpan<byte> payload, IBufferWriter<byte> output, bool endOfMessage = true)
    {
        if (opcode is not (Opcode.Text or Opcode.Binary or Opcode.Continuation))
            throw new ArgumentOutOfRangeException(nameof(opcode), opcode, "Not a data frame.");
        if (State != WebSocketState.Open) throw new InvalidOperationException("No data frame follows a Close. RFC 6455 5.5.1"); // [WS-5.1-5] [WS-5.5.1-5] [WS-6.1-1]
        if ((opcode == Opcode.Continuation) != isSendingFragments)
            throw new ArgumentException("The fragments of a message follow each other: its type once, then continuations. RFC 6455 5.4", nameof(opcode)); // [WS-5.4-6]
        isSendingFragments = !endOfMessage;
        Frame.Write(output, opcode, payload, keys, endOfMessage);                      // [WS-6.1-3] [WS-6.1-4] [WS-6.1-5] [WS-6.1-6]
    }

    /// <summary>Appends a ping of at most 125 bytes.</summary>
    public void Ping(ReadOnlySpan<byte> payload, IBufferWriter<byte> output) => SendControl(Opcode.Ping, payload, output);

    /// <summary>Appends a pong that nobody asked for.</summary>
    public void Pong(ReadOnlySpan<byte> payload, IBufferWriter<byte> output) => SendControl(Opcode.Pong, payload, output);

    /// <summary>Starts the closing handshake, 7.1.2, unless it was started already.</summary>
    public void Close(CloseCode code, string reason, IBufferWriter<byte> output)
    {
        if (closeSent || State == WebSocketState.Closed) return; // [WS-5.5.1-11]
        SendClose(code, reason, output);                                                // [WS-7.1.2-1] [WS-7.3-2]
        State = WebSocketState.Closing;                                                 // [WS-7.1.3-1]
    }

    /// <summary>The transport ended: without a Close received that is an abnormal closure.</summary>
    public void TransportEnded()
    {
        CloseCode ??= WebSockets.CloseCode.AbnormalClosure;                             // [WS-7.1.5-3]
        State = WebSocketState.Closed;                                                  // [WS-7.1.4-1]
    }

    private WebSocketEvent Answer(ReadOnlySpan<byte> ping, IBufferWriter<byte> output)
    {
        Frame.Write(output, Opcode.Pong, ping, keys);                                  // [WS-5.5.2-1] [WS-5.5.3-1]
        return new WebSocketEvent { Kind = WebSocketEventKind.Ping, Payload = ping };
    }

    private WebSocketEvent TakeClose(ReadOnlySpan<byte> payload, IBufferWriter<byte> output)
    {
        CloseBody.TryRead(payload, out CloseBody body, out _);
        closeReceived = true;
        CloseCode = body.Code;                                                          // [WS-7.1.5-1]
        CloseReason = body.ReasonText();                                                // [WS-7.1.6-1]
        if (!closeSent)
            SendClose(body.Code, "", output);                                           // [WS-5.5.1-6]
        State = WebSocketState.Closed;                                                  // [WS-5.5.1-8]
        return new WebSocketEvent { Kind = WebSocketEventKind.Close, Payload = payload };
    }

    private WebSocketEvent Fail(WebSocketViolation violation, IBufferWriter<byte> output)
    {
        if (!closeSent)
            SendClose(violation.CloseCode, violation.Message, output);                  // [WS-7.1.7-4]
        CloseCode = WebSockets.CloseCode.AbnormalClosure;                               // [WS-7.1.7-1] [WS-7.1.7-2] [WS-10.7-2]
        State = WebSocketState.Closed;
        return new WebSocketEvent { Kind = WebSocketEventKind.Violation };
    }

    private void SendControl(Opcode opcode, ReadOnlySpan<byte> payload, IBufferWriter<byte> output)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(payload.Length, FrameHeader.MaxControlPayload, nameof(payload));    // [WS-5.5-1]
        if (State != WebSocketState.Open) throw new InvalidOperationException("The connection is not open.");
        Frame.Write(output, opcode, payload, keys);
    }

    private void SendClose(CloseCode code, string reason, IBufferWriter<byte> output)
    {
        Span<byte> body = stackalloc byte[FrameHeader.MaxControlPayload];
        // [WS-5.5.1-4]
        Frame.Write(output, Opcode.Close, body[..CloseBody.Write(body, code, reason)], keys);
        closeSent = true;
    }
}
