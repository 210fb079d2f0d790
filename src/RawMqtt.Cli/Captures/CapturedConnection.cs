// SPDX-License-Identifier: MIT

using System.Net;

namespace RawMqtt.Cli.Captures;

/// <summary>One connection in a capture: gives its bytes TCP's numbers. Both directions may call at the same time.</summary>
internal sealed class CapturedConnection(CaptureFile file, IPEndPoint client, IPEndPoint server)
{
    /// <summary>A segment of this length fits into an IP packet of either version.</summary>
    private const int MostSegmentBytes = 65_535 - TcpPacket.MostHeaderBytes;

    private readonly Lock gate = new();
    private uint clientNext = 1;
    private uint serverNext = 1;
    private bool isOpen;
    private bool isClosed;

    public void Add(bool isFromClient, ReadOnlySpan<byte> bytes)
    {
        lock (gate)
        {
            if (isClosed) return;
            if (!isOpen) Open();
            while (!bytes.IsEmpty)
            {
                ReadOnlySpan<byte> part = bytes[..Math.Min(bytes.Length, MostSegmentBytes)];
                Write(isFromClient, TcpFlags.Psh | TcpFlags.Ack, part);
                bytes = bytes[part.Length..];
            }
        }
    }

    /// <summary>Writes the end of the connection, if it had begun.</summary>
    public void Close()
    {
        lock (gate)
        {
            if (isOpen && !isClosed)
            {
                Write(isFromClient: true, TcpFlags.Fin | TcpFlags.Ack, default);
                Write(isFromClient: false, TcpFlags.Fin | TcpFlags.Ack, default);
                Write(isFromClient: true, TcpFlags.Ack, default);
            }

            isClosed = true;
        }
    }

    private void Open()
    {
        isOpen = true;
        file.Write(client, server, 0, 0, TcpFlags.Syn, default);
        file.Write(server, client, 0, 1, TcpFlags.Syn | TcpFlags.Ack, default);
        file.Write(client, server, 1, 1, TcpFlags.Ack, default);
    }

    private void Write(bool isFromClient, TcpFlags flags, ReadOnlySpan<byte> payload)
    {
        uint length = (uint)payload.Length + (flags.HasFlag(TcpFlags.Fin) ? 1u : 0);
        if (isFromClient)
        {
            file.Write(client, server, clientNext, serverNext, flags, payload);
            clientNext += length;
        }
        else
        {
            file.Write(server, client, serverNext, clientNext, flags, payload);
            serverNext += length;
        }
    }
}
