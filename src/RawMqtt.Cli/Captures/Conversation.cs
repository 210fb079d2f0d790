// SPDX-License-Identifier: MIT

using System.Net;

namespace RawMqtt.Cli.Captures;

/// <summary>One TCP connection of a capture, from its opening on.</summary>
internal sealed class Conversation(IPEndPoint client, IPEndPoint server, uint clientSequence)
{
    private readonly TcpDirection fromClient = new(clientSequence + 1);
    private TcpDirection? fromServer;
    private bool? isOurs;

    public IPEndPoint Client => client;

    public IPEndPoint Server => server;

    /// <summary>Gets whether the first bytes are those of MQTT or of a WebSocket's handshake; null before there are any.</summary>
    public bool? IsOurs => isOurs;

    /// <summary>Gets whether the first bytes are those of TLS.</summary>
    public bool IsTls { get; private set; }

    /// <summary>Gets whether the capture lacks bytes of it.</summary>
    public bool HasGap => fromClient.HasGap || fromServer?.HasGap == true || fromClient.IsWaiting || fromServer?.IsWaiting == true;

    /// <summary>True if the segment opens this connection: once more, when it was lost.</summary>
    public bool IsOpenedBy(TcpSegment segment) => segment.Flags.HasFlag(TcpFlags.Syn) && segment.From.Equals(client) && segment.Sequence == clientSequence;

    /// <summary>Takes a segment of either end, and returns the bytes that it makes complete.</summary>
    public IEnumerable<(bool IsFromClient, ReadOnlyMemory<byte> Bytes)> Take(TcpSegment segment)
    {
        bool isFromClient = segment.From.Equals(client);
        if (!isFromClient && fromServer is null)
        {
            uint first = segment.Flags.HasFlag(TcpFlags.Syn) ? segment.Sequence + 1 : segment.Sequence;
            fromServer = new TcpDirection(first);
        }

        if (segment.Flags.HasFlag(TcpFlags.Syn) || isOurs == false) yield break;
        foreach (ReadOnlyMemory<byte> bytes in (isFromClient ? fromClient : fromServer!).Take(segment.Sequence, segment.Payload))
        {
            if (isOurs is null) Look(isFromClient, bytes.Span);
            if (isOurs == false) yield break;
            yield return (isFromClient, bytes);
        }
    }

    /// <summary>The client speaks first: CONNECT, or a GET request.</summary>
    private void Look(bool isFromClient, ReadOnlySpan<byte> bytes)
    {
        isOurs = isFromClient && (bytes[0] == 0x10 || bytes.StartsWith("GET "u8[..Math.Min(4, bytes.Length)]));
        IsTls = isFromClient && bytes is [0x16, ..];
    }
}
