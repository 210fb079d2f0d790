// SPDX-License-Identifier: MIT

using System.Buffers;
using RawMqtt.Transports;
using RawMqtt.WebSockets;

namespace RawMqtt.EchoPeers;

/// <summary>Sends every message back with its type, whole, over the stream that users run.</summary>
internal static class EchoConnection
{
    /// <summary>A suite that is silent for longer has forgotten the case.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Echoes until the connection ends, in whatever way, then closes; keeps the messages instead if <paramref name="echo"/> is false.</summary>
    public static async Task<List<byte[]>> RunAsync(WebSocketStream stream, bool echo = true)
    {
        List<byte[]> kept = [];
        await using (stream)
        {
            try
            {
                await ConverseAsync(stream, echo ? null : kept);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                // the peer broke a rule, left, or fell silent: closing follows
            }
        }

        return kept;
    }

    private static async Task ConverseAsync(WebSocketStream stream, List<byte[]>? kept)
    {
        var message = new ArrayBufferWriter<byte>();
        while (true)
        {
            using var patience = new CancellationTokenSource(Patience);
            int length = await stream.ReadAsync(message.GetMemory(64 * 1024), patience.Token);
            message.Advance(length);
            if (stream.EndedMessage is not WebSocketEventKind kind)
            {
                if (length == 0) return;
                continue;
            }

            if (kept is not null) kept.Add(message.WrittenSpan.ToArray());
            else await stream.WriteMessageAsync(message.WrittenMemory, kind == WebSocketEventKind.Text, CancellationToken.None);
            message.ResetWrittenCount();
        }
    }
}
