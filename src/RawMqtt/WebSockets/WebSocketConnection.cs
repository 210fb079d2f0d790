// SPDX-License-Identifier: MIT

using System.Buffers;

namespace RawMqtt.WebSockets;

/// <summary>A WebSocket connection without its transport, RFC 6455 sections 5 to 7: it decides what is answered, when the connection closes and with which
/// code.</summary>
/// <remarks>
/// It serves programs that have a transport and a scheduler of their own; <c>Transports.WebSocketStream</c> stands on it. The opening handshake is
/// done before, by <see cref="ClientHandshake"/> and <see cref="UpgradeResponse"/>. Both roles. Its two halves
/// may run side by side: the reader calls <see cref="TryReceive"/> and <see cref="EndOfTransport"/>;
/// one sender at a time calls the methods that write. <see cref="Close()"/> may come from any thread.
/// </remarks>
public sealed class WebSocketConnection
{
    /// <summary>Bytes of the largest Close frame.</summary>
    public const int MaxCloseSize = FrameHeader.MaxSize + FrameHeader.MaxControlPayload;

    /// <summary>Bytes that a frame takes beside its payload, at most.</summary>
    public const int MaxOverhead = FrameHeader.MaxSize;

    private const long MaxDiscardedInPeace = 16 << 20;      // more than two sockets hold between them
    private const long MaxDiscardedAfterFault = 256 << 10;

    private readonly WebSocketRole role;
    private readonly FrameReader reader;
    private readonly MaskKeys? keys;            // the sender's; null on a server
    private readonly MaskKeys? replyKeys;       // the reader's; null on a server
    private OwnClose? ownClose;
    private bool closeSent;
    private bool closeReceived;
    private bool transportEnded;

    /// <summary>Creates a connection that is open.</summary>
    /// <param name="role">This end.</param>
    /// <param name="random">Fills the masking keys of a client.</param>
    /// <param name="maxMessageSize">Bytes; a larger message is answered with Close 1009.</param>
    /// <param name="acceptsText">
    /// True: text and binary messages, and <see cref="TryReceive"/> stops where a message ends. False: the connection is a
    /// run of bytes in binary messages, and a text message is answered with Close 1003.
    /// </param>
    public WebSocketConnection(WebSocketRole role, RandomFill random, long maxMessageSize, bool acceptsText)
    {
        this.role = role;
        reader = new FrameReader(role, maxMessageSize, acceptsText);
        if (role != WebSocketRole.Client) return;
        keys = new MaskKeys(random);
        replyKeys = new MaskKeys(random);
    }

    /// <summary>The code of the peer's first Close: 1005 when it named none, 1006 when the connection ended without one; null before that.</summary>
    public CloseCode? CloseCode { get; private set; }

    /// <summary>The reason in the peer's Close.</summary>
    public string CloseReason { get; private set; } = "";

    /// <summary>The rule that the peer broke, if that ended the connection.</summary>
    public WebSocketViolation? Violation => reader.Violation;

    /// <summary>No more is received: the peer closed, broke a rule, or its transport ended.</summary>
    public bool HasEnded => closeReceived || transportEnded || Violation is not null;

    /// <summary>The peer's Close or a broken rule calls for a Close from this end, whether it was sent or not.</summary>
    internal bool CallsForClose => closeReceived || Violation is not null;             // [WS-5.5.1-6] [WS-10.7-2]

    /// <summary>Whether messages may still be sent: no data frame follows a Close.</summary>
    public bool CanSend => !closeSent;                                               // [WS-5.1-5] [WS-5.5.1-5] [WS-6.1-1] [WS-6.1-2]

    /// <summary>Whether this end closes the transport first: a server does, and so does an end that fails the connection.</summary>
    internal bool EndsTransportFirst =>
        role == WebSocketRole.Server || Violation is not null;                        // [WS-7.1.1-2] [WS-7.1.1-3] [WS-7.1.1-4] [WS-7.1.7-2]

    /// <summary>The bytes received so far end within a message: in one of its frames, or between two of them.</summary>
    internal bool IsWithinMessage => !reader.IsBetweenMessages;

    /// <summary>Bytes that are read and discarded while this end waits for the peer's Close: what was under way, and less if the peer is at fault.</summary>
    internal long MaxDiscarded => ownClose is null or { Code: WebSockets.CloseCode.NormalClosure or WebSockets.CloseCode.GoingAway }
        ? MaxDiscardedInPeace
        : MaxDiscardedAfterFault;

    /// <summary>
    /// Takes bytes from <paramref name="read"/> on and moves what messages carry down to <paramref name="written"/>. Returns true
    /// at an event that the caller may want to know, false when all bytes are taken.
    /// </summary>
    /// <param name="bytes">As received; unmasked and moved where they stand.</param>
    /// <param name="read">How much of the bytes is taken.</param>
    /// <param name="written">How long the payload at the start of the bytes is.</param>
    /// <param name="replies">Takes whole frames that the peer is owed at once: pongs.</param>
    /// <param name="happened">What happened.</param>
    public bool TryReceive(
        Span<byte> bytes, scoped ref int read, scoped ref int written, IBufferWriter<byte> replies, out WebSocketEvent happened)
    {
        happened = default;
        if (HasEnded)
        {
            read = bytes.Length;                                                        // [WS-7.1.1-1] [WS-7.1.7-5]
            return false;
        }

        if (!reader.TrySqueeze(bytes, ref read, ref written, out FramePiece piece)) return false;
        happened = piece.Violation is not null ? Fail() : piece.Opcode switch
        {
            Opcode.Text => new WebSocketEvent { Kind = WebSocketEventKind.Text },
            Opcode.Binary => new WebSocketEvent { Kind = WebSocketEventKind.Binary },
            Opcode.Ping => Answer(piece.Payload, replies),
            Opcode.Pong => new WebSocketEvent { Kind = WebSocketEventKind.Pong, Payload = piece.Payload },      // [WS-5.5.3-2]
            _ => TakeClose(piece.Payload),
        };
        return true;
    }

    /// <summary>The peer's transport has ended; if no Close came before, that is an abnormal closure.</summary>
    public void EndOfTransport()
    {
        transportEnded = true;                                                          // [WS-7.1.4-1]
        CloseCode ??= WebSockets.CloseCode.AbnormalClosure;                             // [WS-7.1.5-3] [WS-7.2.1-2]
    }

    /// <summary>Writes a message as one frame.</summary>
    /// <param name="destination">Takes the frame: <see cref="MaxOverhead"/> more bytes than the payload.</param>
    /// <param name="payload">The message. It is copied and masked; a client's key is new for each frame.</param>
    /// <param name="isText">Whether the message is text; MQTT travels in binary messages [MQTT-6.0.0-1].</param>
    /// <returns>The size of the frame.</returns>
    public int WriteMessage(Span<byte> destination, ReadOnlySpan<byte> payload, bool isText) =>
        Frame.Write(destination, TypeOf(isText), payload, keys);                        // [WS-6.1-3] [WS-6.1-4] [WS-6.1-5] [WS-6.1-6]

    /// <summary>Writes the header of a message that follows in parts, and returns its size; the key masks the payload, and 0 masks nothing.</summary>
    internal int WriteHeader(Span<byte> destination, long length, bool isText, out uint key)
    {
        var header = new FrameHeader(true, TypeOf(isText), length, keys?.Next());
        key = header.MaskKey;
        return header.Write(destination);
    }

    /// <summary>Decides to close without a reason, if the closing handshake was not started before: 1000, or 1002 if the peer's sending ended within a
    /// frame.</summary>
    public void Close() => Close(transportEnded && reader.IsWithinFrame ? WebSockets.CloseCode.ProtocolError : WebSockets.CloseCode.NormalClosure, "");

    /// <summary>Decides to close with this code, which <see cref="WriteClose"/> then writes, if the closing handshake was not started before.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The code is never sent. 1005 stands for a Close without a code.</exception>
    public void Close(CloseCode code, string reason)
    {
        if (code != WebSockets.CloseCode.NoStatusReceived && !code.MayBeOnTheWire())
            throw new ArgumentOutOfRangeException(nameof(code), code, "This close code is never sent. RFC 6455 7.4");
        ownClose ??= new OwnClose(code, reason);
    }

    /// <summary>Writes the Close that is due into at least <see cref="MaxCloseSize"/> bytes, and returns its size; 0
    /// if it was sent before. The answer to the peer comes before this end's own wish.</summary>
    public int WriteClose(Span<byte> destination)
    {
        if (closeSent) return 0;                                                        // [WS-5.5.1-11]
        closeSent = true;                                                               // [WS-7.1.3-1]
        (CloseCode code, string reason) = Violation is not null ? (Violation.CloseCode, Violation.Message)      // [WS-7.1.7-4]
            : closeReceived ? (CloseCode!.Value, "")                                    // [WS-5.5.1-6]
            : (ownClose!.Code, ownClose.Reason);                                        // [WS-7.1.2-1] [WS-7.3-2]
        Span<byte> body = stackalloc byte[FrameHeader.MaxControlPayload];
        return Frame.Write(destination, Opcode.Close, body[..CloseBody.Write(body, code, reason)], keys);       // [WS-5.5.1-4]
    }

    private WebSocketEvent Answer(ReadOnlySpan<byte> ping, IBufferWriter<byte> replies)
    {
        Frame.Write(replies, Opcode.Pong, ping, replyKeys);                            // [WS-5.5.2-1] [WS-5.5.3-1]
        return new WebSocketEvent { Kind = WebSocketEventKind.Ping, Payload = ping };
    }

    private WebSocketEvent TakeClose(ReadOnlySpan<byte> payload)
    {
        CloseBody.TryRead(payload, out CloseBody body, out _);
        CloseCode = body.Code;                                                          // [WS-7.1.5-1]
        CloseReason = body.ReasonText();                                                // [WS-7.1.6-1]
        closeReceived = true;                                                           // [WS-5.5.1-8]
        return new WebSocketEvent { Kind = WebSocketEventKind.Close, Payload = payload };
    }

    private WebSocketEvent Fail()
    {
        CloseCode = WebSockets.CloseCode.AbnormalClosure;                               // [WS-7.1.7-1]
        return new WebSocketEvent { Kind = WebSocketEventKind.Violation };
    }

    private static Opcode TypeOf(bool isText) => isText ? Opcode.Text : Opcode.Binary;

    /// <summary>The Close that this end wishes to send.</summary>
    private sealed record OwnClose(CloseCode Code, string Reason);
}
