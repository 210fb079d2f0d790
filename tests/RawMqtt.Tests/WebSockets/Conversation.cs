// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Text;
using RawMqtt.WebSockets;

namespace RawMqtt.Tests.WebSockets;

/// <summary>Feeds a connection, answers as its transport would, and writes down what it says, messages whole.</summary>
internal sealed class Conversation
{
    private readonly WebSocketRole role;
    private readonly List<byte> message = [];

    public Conversation(WebSocketRole role, long maxMessageSize = int.MaxValue, bool acceptsText = true)
    {
        this.role = role;
        int next = 0;
        Connection = new WebSocketConnection(role, FillWithCounter, maxMessageSize, acceptsText);

        void FillWithCounter(Span<byte> pool)
        {
            for (int i = 0; i < pool.Length; i += 4)
                BitConverter.TryWriteBytes(pool[i..], ++next);
        }
    }

    public WebSocketConnection Connection { get; }

    public ArrayBufferWriter<byte> Output { get; } = new();

    public List<string> Log { get; } = [];

    /// <summary>What a connection that takes no text gave as one run of bytes; otherwise the message that has not ended.</summary>
    public byte[] Data => [.. message];

    public static Conversation With(WebSocketRole role, byte[][] parts, long maxMessageSize = int.MaxValue)
    {
        var conversation = new Conversation(role, maxMessageSize);
        foreach (byte[] part in parts)
            conversation.Feed(part);
        return conversation;
    }

    public void Feed(byte[] bytes)
    {
        Span<byte> input = bytes.AsSpan().ToArray();
        int read = 0;
        int written = 0;
        int told = 0;
        while (Connection.TryReceive(input, ref read, ref written, Output, out WebSocketEvent happened))
        {
            message.AddRange(input[told..written]);
            told = written;
            Write(happened);
        }

        message.AddRange(input[told..written]);
        Assert.Equal(input.Length, read);
        if (Connection.CallsForClose) WriteClose();
    }

    public void Send(ReadOnlySpan<byte> payload, bool isText = false) =>
        Output.Advance(Connection.WriteMessage(Output.GetSpan(FrameHeader.MaxSize + payload.Length), payload, isText));

    public void Close(CloseCode code, string reason)
    {
        Connection.Close(code, reason);
        WriteClose();
    }

    /// <summary>What was sent, as the other end reads it.</summary>
    public List<string> Sent()
    {
        WebSocketRole other = role == WebSocketRole.Client ? WebSocketRole.Server : WebSocketRole.Client;
        var reader = new FrameReader(other, long.MaxValue);
        Span<byte> bytes = Output.WrittenSpan.ToArray();
        List<string> sent = [];
        while (reader.TryRead(ref bytes, out FramePiece piece))
            sent.Add(Describe(piece.Violation is null ? piece.Opcode.ToString() : piece.Violation.Rule, piece.Payload));
        return sent;
    }

    private void WriteClose() => Output.Advance(Connection.WriteClose(Output.GetSpan(WebSocketConnection.MaxCloseSize)));

    private void Write(WebSocketEvent happened)
    {
        if (happened.IsEndOfMessage)
        {
            Log.Add(Describe(happened.Kind.ToString(), [.. message]));
            message.Clear();
            return;
        }

        Log.Add(happened.Kind == WebSocketEventKind.Violation
            ? $"{Connection.Violation!.Rule} {(int)Connection.Violation.CloseCode}"
            : Describe(happened.Kind.ToString(), happened.Payload));
    }

    public static string Describe(string kind, ReadOnlySpan<byte> payload)
    {
        if (kind == "Close" && payload.Length >= 2)
            return $"Close {(payload[0] << 8) | payload[1]} {Encoding.UTF8.GetString(payload[2..])}".TrimEnd();
        string text = kind is "Binary" ? Convert.ToHexString(payload) : Encoding.UTF8.GetString(payload);
        return payload.Length > 200 ? $"{kind} {payload.Length} bytes, sum {payload.ToArray().Sum(octet => (long)octet)}" : $"{kind} {text}".TrimEnd();
    }
}
