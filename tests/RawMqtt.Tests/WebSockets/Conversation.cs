// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Text;
using RawMqtt.WebSockets;

namespace RawMqtt.Tests.WebSockets;

/// <summary>Feeds a connection and writes down what it says, messages gathered from their pieces.</summary>
internal sealed class Conversation
{
    private readonly List<byte> message = [];

    public Conversation(WebSocketRole role, long maxMessageSize = WebSocketConnection.DefaultMaxMessageSize)
    {
        Connection = new WebSocketConnection(role, role == WebSocketRole.Client ? TestKeys() : null, maxMessageSize);
    }

    public WebSocketConnection Connection { get; }

    public ArrayBufferWriter<byte> Output { get; } = new();

    public List<string> Log { get; } = [];

    /// <summary>Keys 1, 2, 3 and so on.</summary>
    public static MaskKeys TestKeys()
    {
        int next = 0;
        return new MaskKeys(pool =>
        {
            for (int i = 0; i < pool.Length; i += 4)
                BitConverter.TryWriteBytes(pool[i..], ++next);
        });
    }

    public static Conversation With(WebSocketRole role, byte[][] parts, long maxMessageSize = WebSocketConnection.DefaultMaxMessageSize)
    {
        var conversation = new Conversation(role, maxMessageSize);
        foreach (byte[] part in parts)
            conversation.Feed(part);
        return conversation;
    }

    public void Feed(byte[] bytes)
    {
        Span<byte> input = bytes.AsSpan().ToArray();
        while (Connection.TryReceive(ref input, Output, out WebSocketEvent happened))
            Write(happened);
        Assert.True(input.IsEmpty);
    }

    /// <summary>What was sent, as the other end reads it.</summary>
    public List<string> Sent()
    {
        WebSocketRole other = Connection.IsClient ? WebSocketRole.Server : WebSocketRole.Client;
        var reader = new FrameReader(other, long.MaxValue);
        Span<byte> bytes = Output.WrittenSpan.ToArray();
        List<string> sent = [];
        while (reader.TryRead(ref bytes, out FramePiece piece))
            sent.Add(Describe(piece.Violation is null ? piece.Opcode.ToString() : piece.Violation.Rule, piece.Payload));
        return sent;
    }

    private void Write(WebSocketEvent happened)
    {
        if (happened.Kind is WebSocketEventKind.Text or WebSocketEventKind.Binary)
        {
            message.AddRange(happened.Payload);
            if (!happened.EndOfMessage) return;
            Log.Add(Describe(happened.Kind.ToString(), [.. message]));
            message.Clear();
        }
        else
        {
            Log.Add(happened.Kind == WebSocketEventKind.Violation
                ? $"{Connection.Violation!.Rule} {(int)Connection.Violation.CloseCode}"
                : Describe(happened.Kind.ToString(), happened.Payload));
        }
    }

    private static string Describe(string kind, ReadOnlySpan<byte> payload)
    {
        if (kind == "Close" && payload.Length >= 2)
            return $"Close {(payload[0] << 8) | payload[1]} {Encoding.UTF8.GetString(payload[2..])}".TrimEnd();
        string text = kind is "Binary" ? Convert.ToHexString(payload) : Encoding.UTF8.GetString(payload);
        return payload.Length > 200 ? $"{kind} {payload.Length} bytes, sum {payload.ToArray().Sum(octet => (long)octet)}" : $"{kind} {text}".TrimEnd();
    }
}
