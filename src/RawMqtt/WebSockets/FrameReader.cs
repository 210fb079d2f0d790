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

    private CutHeader _header;
    private int _headerLength;

    private bool _inFrame;
    private FrameHeader _frame;
    private long _payloadLeft;
    private uint _key;

    private Opcode _message = Opcode.Continuation;      // the type of the message begun; Continuation: none is
    private long _messageSize;
    private StreamingUtf8 _text;
    private byte[] _control = [];
    private int _controlLength;

    /// <summary>The rule that the peer broke; whatever comes after it is ignored.</summary>
    public WebSocketViolation? Violation { get; private set; }

    /// <summary>Whether the bytes so far end where a message ends.</summary>
    public bool IsBetweenMessages => !_inFrame && _headerLength == 0 && _message == Opcode.Continuation;

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
    /// that ends at <paramref name="written"/>, however they were framed. Stops, with true, at anything that is not data.
    /// </summary>
    public bool TrySqueeze(Span<byte> bytes, scoped ref int read, scoped ref int written, out FramePiece piece)
    {
        while (true)
        {
            if (IsBetweenMessages && Violation is null)
                SqueezePlainFrames(bytes, ref read, ref written);
            if (!TryRead(bytes, ref read, written, out piece))
                return false;
            if (piece.Opcode is not (Opcode.Binary or Opcode.Text))
                return true;
            written += piece.Payload.Length;
        }
    }

    // [WS-6.2-1] [WS-6.2-2] [WS-10.7-1]
    private bool TryRead(Span<byte> bytes, scoped ref int read, int target, out FramePiece piece)
    {
        piece = default;
        if (Violation is null)
        {
            while (_inFrame || TryBeginFrame(bytes, ref read))
            {
                int length = (int)Math.Min(_payloadLeft, bytes.Length - read);
                if (length == 0 && _payloadLeft > 0)
                    return false;
                Span<byte> payload = TakePayload(bytes, ref read, length, target);
                if (_frame.IsControl ? TryTakeControl(payload, out piece) : TryTakeData(payload, out piece))
                    return true;
                if (Violation is not null)
                    break;
            }

            if (Violation is null)
                return false;
            piece = new FramePiece { Violation = Violation };
        }

        read = bytes.Length;                                                            // [WS-7.1.7-5]
        return piece.Violation is not null;
    }

    // One frame, one message, all of it here: nearly all of the traffic. Everything else is left to TryRead.
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
                if (length <= FrameHeader.MaxControlPayload)
                    return;
            }
            else if (length > FrameHeader.MaxControlPayload)
            {
                return;
            }

            if ((start & 0x80FF) != finBinary || length > rest.Length - size || length > maxMessageSize)
                return;
            // A key of 0 masks nothing; moving this way is twice as fast as copying onto an overlapping place.
            uint key = role == WebSocketRole.Server ? Unsafe.ReadUnaligned<uint>(in rest[size - 4]) : 0;
            Masking.Move(rest.Slice(size, length), bytes[written..], key);
            read += size + length;
            written += length;
        }
    }

    private bool TryBeginFrame(ReadOnlySpan<byte> bytes, ref int read)
    {
        if (read == bytes.Length || !TryReadHeader(bytes, ref read) || !Allow(_frame))
            return false;
        _inFrame = true;
        _payloadLeft = _frame.PayloadLength;
        _key = _frame.MaskKey;
        _controlLength = 0;
        return true;
    }

    private bool TryReadHeader(ReadOnlySpan<byte> bytes, ref int read)
    {
        ReadOnlySpan<byte> source = bytes[read..];
        int kept = _headerLength;
        if (kept > 0)
        {
            Span<byte> header = _header;
            int taken = Math.Min(source.Length, FrameHeader.MaxSize - kept);
            source[..taken].CopyTo(header[kept..]);
            source = header[..(kept + taken)];
        }

        // Byte after byte: which rule is named must not depend on where TCP cut.
        Violation = FrameHeader.ViolationOf(source[0]) ?? OutOfTurn((Opcode)(source[0] & 0b0000_1111));
        if (Violation is not null)
            return false;

        OperationStatus status = FrameHeader.TryRead(source, role, out _frame, out WebSocketViolation? violation);
        if (status == OperationStatus.Done)
        {
            read += _frame.Size - kept;
            _headerLength = 0;
        }
        else if (status == OperationStatus.NeedMoreData)
        {
            if (kept == 0)
                source.CopyTo(_header);
            read = bytes.Length;
            _headerLength = source.Length;
        }
        else
        {
            Violation = violation;
        }

        return status == OperationStatus.Done;
    }

    // The limit of 10.4 is seen in the header, before a byte of payload.
    private bool Allow(FrameHeader header)
    {
        if (header.IsControl)
            return true;                                                                // [WS-5.4-7]
        if (header.Opcode != Opcode.Continuation)
        {
            _message = header.Opcode;                                                   // [WS-6.2-3]
            _messageSize = 0;
            _text = default;
        }

        if (_message == Opcode.Text && !acceptsText)
            Violation = WebSocketViolation.TextNotAccepted;                             // [WS-7.4.1-1]
        else if (header.PayloadLength > maxMessageSize - _messageSize)
            Violation = WebSocketViolation.TooBig;                                      // [WS-10.4-1] [WS-10.4-2]
        _messageSize += header.PayloadLength;
        return Violation is null;
    }

    // Section 5.4: the opcode alone tells, so the first byte of a frame is enough.
    private WebSocketViolation? OutOfTurn(Opcode opcode) => opcode switch
    {
        Opcode.Continuation when _message == Opcode.Continuation => WebSocketViolation.NothingToContinue,                   // [WS-5.4-6]
        Opcode.Text or Opcode.Binary when _message != Opcode.Continuation => WebSocketViolation.MessageInsideMessage,       // [WS-5.4-6]
        _ => null,
    };

    private Span<byte> TakePayload(Span<byte> bytes, scoped ref int read, int length, int target)
    {
        Span<byte> source = bytes.Slice(read, length);
        Span<byte> payload = target == InPlace || _frame.IsControl ? source : bytes.Slice(target, length);
        if (_frame.IsMasked || target != InPlace)
            _key = Masking.Move(source, payload, _key);                                 // [WS-6.2-6]
        read += length;
        _payloadLeft -= length;
        _inFrame = _payloadLeft > 0;
        return payload;
    }

    // However the frames were cut, a message is its pieces in order. [WS-5.4-1] [WS-5.4-2] [WS-5.4-3] [WS-5.4-5] [WS-5.4-8] [WS-5.4-13] [WS-5.6-2]
    private bool TryTakeData(Span<byte> payload, out FramePiece piece)
    {
        Opcode message = _message;
        bool end = !_inFrame && _frame.Fin;                                             // [WS-6.2-4]
        piece = new FramePiece { Opcode = message, Payload = payload, EndOfMessage = end };
        if (message == Opcode.Text && (!_text.TryAppend(payload) || (end && !_text.IsComplete)))
        {
            Violation = WebSocketViolation.TextNotUtf8;                                 // [WS-8.1-1] [WS-5.6-1]
            return false;
        }

        if (end)
            _message = Opcode.Continuation;                                             // [WS-6.2-5]
        return end || !payload.IsEmpty;
    }

    private bool TryTakeControl(Span<byte> payload, out FramePiece piece)
    {
        piece = default;
        bool isCut = _inFrame || _controlLength > 0;
        if (isCut)
        {
            if (_control.Length == 0)
                _control = new byte[FrameHeader.MaxControlPayload];
            payload.CopyTo(_control.AsSpan(_controlLength));
            _controlLength += payload.Length;
            payload = _control.AsSpan(0, _controlLength);
        }

        if (_inFrame)
            return false;
        if (_frame.Opcode == Opcode.Close && !CloseBody.TryRead(payload, out _, out WebSocketViolation? violation))
        {
            Violation = violation;
            return false;
        }

        piece = new FramePiece { Opcode = _frame.Opcode, Payload = payload };
        return true;
    }

    [InlineArray(FrameHeader.MaxSize)]
    private struct CutHeader
    {
        private byte _first;
    }
}
