// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace RawMqtt.WebSockets;

/// <summary>The receiving half of RFC 6455 section 5: bytes in, however TCP cut them; pieces of messages and control frames out.</summary>
/// <remarks>
/// Payloads are unmasked in the caller's bytes. Between calls it keeps a cut header, of at most 13 bytes, and a cut
/// control frame, of at most 125; a message is never gathered, so that a declared length costs no memory.
/// </remarks>
internal sealed class FrameReader(WebSocketRole role, long maxMessageSize, bool acceptsText = true)
{
    private const int InPlace = -1;

    private CutHeader cutHeader;
    private int cutHeaderLength;

    private bool inFrame;
    private FrameHeader frame;
    private long payloadLeft;
    private uint nextKey;

    private Opcode messageType = Opcode.Continuation;      // the type of the message begun; Continuation: none is
    private long messageSize;
    private StreamingUtf8 text;
    private byte[] control = [];
    private int controlLength;

    /// <summary>The rule that the peer broke; whatever comes after it is ignored.</summary>
    public WebSocketViolation? Violation { get; private set; }

    /// <summary>Whether the bytes so far end where a message ends.</summary>
    public bool IsBetweenMessages => !IsWithinFrame && messageType == Opcode.Continuation;

    /// <summary>Whether the bytes so far end within a frame or its header.</summary>
    public bool IsWithinFrame => inFrame || cutHeaderLength > 0;

    /// <summary>Takes the next piece off the front of <paramref name="input"/>; false when all of it is taken and nothing more is to tell.</summary>
    public bool TryRead(ref Span<byte> input, out FramePiece piece)
    {
        int read = 0;
        bool found = TryRead(input, ref read, InPlace, out piece);
        input = input[read..];
        return found;
    }

    /// <summary>
    /// Un-frames in place: moves the payloads of data frames down, over their headers, so that they become one run of bytes
    /// that ends at <paramref name="written"/>, however they were framed. Stops, with true, at anything that is not data, and
    /// at the end of each message if this end takes text: then it matters where a message ends.
    /// </summary>
    public bool TrySqueeze(Span<byte> bytes, scoped ref int read, scoped ref int written, out FramePiece piece)
    {
        while (true)
        {
            if (!acceptsText && IsBetweenMessages && Violation is null)
                SqueezePlainFrames(bytes, ref read, ref written);
            if (!TryRead(bytes, ref read, written, out piece)) return false;
            if (piece.Opcode is not (Opcode.Binary or Opcode.Text)) return true;
            written += piece.Payload.Length;
            if (acceptsText && piece.EndOfMessage) return true;
        }
    }

    /// <summary>Frame after frame, until there is a piece to give. [WS-6.2-1] [WS-6.2-2] [WS-10.7-1]</summary>
    private bool TryRead(Span<byte> bytes, scoped ref int read, int target, out FramePiece piece)
    {
        piece = default;
        if (Violation is null)
        {
            while (inFrame || TryBeginFrame(bytes, ref read))
            {
                int length = (int)Math.Min(payloadLeft, bytes.Length - read);
                if (length == 0 && payloadLeft > 0) return false;
                Span<byte> payload = TakePayload(bytes, ref read, length, target);
                if (frame.IsControl ? TryTakeControl(payload, out piece) : TryTakeData(payload, out piece)) return true;
                if (Violation is not null) break;
            }

            if (Violation is null) return false;
            piece = new FramePiece { Violation = Violation };
        }

        read = bytes.Length;                                                            // [WS-7.1.7-5]
        return piece.Violation is not null;
    }

    /// <summary>One frame, one message, all of it here: nearly all of the traffic. Everything else is left to TryRead.</summary>
    private void SqueezePlainFrames(Span<byte> bytes, ref int read, ref int written)
    {
        int fixedSize = role == WebSocketRole.Server ? 6 : 2;
        int finBinary = role == WebSocketRole.Server ? 0x8082 : 0x0082;
        while (bytes.Length - read >= fixedSize)
        {
            Span<byte> rest = bytes[read..];
            int start = BinaryPrimitives.ReadUInt16LittleEndian(rest);
            int length = start >> 8 & 0x7F;
            int size = fixedSize;
            if (length == 126 && rest.Length >= fixedSize + 2)
            {
                length = BinaryPrimitives.ReadUInt16BigEndian(rest[2..]);
                size += 2;
                if (length <= FrameHeader.MaxControlPayload) return;
            }
            else if (length > FrameHeader.MaxControlPayload)
            {
                return;
            }

            if ((start & 0x80FF) != finBinary || length > rest.Length - size || length > maxMessageSize) return;
            // A key of 0 masks nothing; moving this way is twice as fast as copying onto an overlapping place.
            uint key = role == WebSocketRole.Server ? Unsafe.ReadUnaligned<uint>(in rest[size - 4]) : 0;
            Masking.Move(rest.Slice(size, length), bytes[written..], key);
            read += size + length;
            written += length;
        }
    }

    private bool TryBeginFrame(ReadOnlySpan<byte> bytes, ref int read)
    {
        if (read == bytes.Length || !TryReadHeader(bytes, ref read) || !Allow(frame)) return false;
        inFrame = true;
        payloadLeft = frame.PayloadLength;
        nextKey = frame.MaskKey;
        controlLength = 0;
        return true;
    }

    private bool TryReadHeader(ReadOnlySpan<byte> bytes, ref int read)
    {
        ReadOnlySpan<byte> source = bytes[read..];
        int kept = cutHeaderLength;
        if (kept > 0)
        {
            Span<byte> header = cutHeader;
            int taken = Math.Min(source.Length, FrameHeader.MaxSize - kept);
            source[..taken].CopyTo(header[kept..]);
            source = header[..(kept + taken)];
        }

        // Byte after byte: which rule is named must not depend on where TCP cut.
        Violation = FrameHeader.ViolationOf(source[0]) ?? OutOfTurn((Opcode)(source[0] & 0b0000_1111));
        if (Violation is not null) return false;

        OperationStatus status = FrameHeader.TryRead(source, role, out frame, out WebSocketViolation? violation);
        if (status == OperationStatus.Done)
        {
            read += frame.Size - kept;
            cutHeaderLength = 0;
        }
        else if (status == OperationStatus.NeedMoreData)
        {
            if (kept == 0)
                source.CopyTo(cutHeader);
            read = bytes.Length;
            cutHeaderLength = source.Length;
        }
        else
        {
            Violation = violation;
        }

        return status == OperationStatus.Done;
    }

    /// <summary>The limit of 10.4 is seen in the header, before a byte of payload.</summary>
    private bool Allow(FrameHeader header)
    {
        if (header.IsControl) return true; // [WS-5.4-7]
        if (header.Opcode != Opcode.Continuation)
        {
            messageType = header.Opcode;                                                   // [WS-6.2-3]
            messageSize = 0;
            text = default;
        }

        if (messageType == Opcode.Text && !acceptsText)
            Violation = WebSocketViolation.TextNotAccepted;                             // [WS-7.4.1-1]
        else if (header.PayloadLength > maxMessageSize - messageSize)
            Violation = WebSocketViolation.TooBig;                                      // [WS-10.4-1] [WS-10.4-2]
        messageSize += header.PayloadLength;
        return Violation is null;
    }

    /// <summary>Section 5.4: the opcode alone tells, so the first byte of a frame is enough.</summary>
    private WebSocketViolation? OutOfTurn(Opcode opcode) => opcode switch
    {
        Opcode.Continuation when messageType == Opcode.Continuation => WebSocketViolation.NothingToContinue,                   // [WS-5.4-6]
        Opcode.Text or Opcode.Binary when messageType != Opcode.Continuation => WebSocketViolation.MessageInsideMessage,       // [WS-5.4-6]
        _ => null,
    };

    private Span<byte> TakePayload(Span<byte> bytes, scoped ref int read, int length, int target)
    {
        Span<byte> source = bytes.Slice(read, length);
        Span<byte> payload = target == InPlace || frame.IsControl ? source : bytes.Slice(target, length);
        if (frame.IsMasked || target != InPlace)
            nextKey = Masking.Move(source, payload, nextKey);                                 // [WS-6.2-6]
        read += length;
        payloadLeft -= length;
        inFrame = payloadLeft > 0;
        return payload;
    }

    /// <summary>However the frames were cut, a message is its pieces in order. [WS-5.4-1] [WS-5.4-2] [WS-5.4-3] [WS-5.4-5] [WS-5.4-8] [WS-5.4-13]
    /// [WS-5.6-2]</summary>
    private bool TryTakeData(Span<byte> payload, out FramePiece piece)
    {
        Opcode message = messageType;
        bool end = !inFrame && frame.Fin;                                             // [WS-6.2-4]
        piece = new FramePiece { Opcode = message, Payload = payload, EndOfMessage = end };
        if (message == Opcode.Text && (!text.TryAppend(payload) || (end && !text.IsComplete)))
        {
            Violation = WebSocketViolation.TextNotUtf8;                                 // [WS-8.1-1] [WS-5.6-1]
            return false;
        }

        if (end)
            messageType = Opcode.Continuation;                                             // [WS-6.2-5]
        return end || !payload.IsEmpty;
    }

    private bool TryTakeControl(Span<byte> payload, out FramePiece piece)
    {
        piece = default;
        bool isCut = inFrame || controlLength > 0;
        if (isCut)
        {
            if (control.Length == 0)
                control = new byte[FrameHeader.MaxControlPayload];
            payload.CopyTo(control.AsSpan(controlLength));
            controlLength += payload.Length;
            payload = control.AsSpan(0, controlLength);
        }

        if (inFrame) return false;
        if (frame.Opcode == Opcode.Close && !CloseBody.TryRead(payload, out _, out WebSocketViolation? violation))
        {
            Violation = violation;
            return false;
        }

        piece = new FramePiece { Opcode = frame.Opcode, Payload = payload };
        return true;
    }

    [InlineArray(FrameHeader.MaxSize)]
    private struct CutHeader
    {
        private byte first;
    }
}
