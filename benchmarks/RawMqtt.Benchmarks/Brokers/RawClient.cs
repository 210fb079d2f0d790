// SPDX-License-Identifier: MIT

using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace RawMqtt.Benchmarks.Brokers;

/// <summary>A client that costs next to nothing, so that the broker is what is measured: blocking sockets, nothing checked, frames masked with 0.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly Socket socket;
    private readonly bool isWebSocket;
    private readonly byte[] header = new byte[14];
    private readonly byte[] read;
    private readonly byte[] partOfHeader = new byte[10];
    private byte[] mqtt;
    private byte[] frame = [];
    private int filled;
    private int partLength;
    private long frameLeft;

    /// <param name="scheme">ws or tcp.</param>
    /// <param name="port">On 127.0.0.1.</param>
    /// <param name="small">One of thousands that wait.</param>
    public RawClient(string scheme, int port, bool small = false)
    {
        read = new byte[small ? 512 : 256 * 1024];
        mqtt = new byte[2 * read.Length];
        isWebSocket = scheme == "ws";
        socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(IPAddress.Loopback, port);
        if (isWebSocket) Upgrade(port);
    }

    public delegate void Taken(int type, int flags, ReadOnlySpan<byte> body);

    public nint Handle => socket.Handle;

    public void Dispose() => socket.Dispose();

    /// <summary>Ends without a word and without leaving a port in TIME_WAIT.</summary>
    public void Reset()
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Dispose();
    }

    public void Connect(string clientId, bool keepsSession = false)
    {
        byte[] id = Encoding.ASCII.GetBytes(clientId);
        Send([0x10, (byte)(12 + id.Length), 0, 4, .. "MQTT"u8, 4, (byte)(keepsSession ? 0 : 2), 0, 0, 0, (byte)id.Length, .. id]);
        WaitFor(type: 2);
    }

    public void Subscribe(ReadOnlySpan<byte> filter, int qos)
    {
        Send([0x82, (byte)(5 + filter.Length), 0, 1, 0, (byte)filter.Length, .. filter, (byte)qos]);
        WaitFor(type: 9);
    }

    public void Send(ReadOnlySpan<byte> bytes)
    {
        lock (header)
        {
            if (!isWebSocket)
            {
                SendAll(bytes);
                return;
            }

            int size = 2;
            header[0] = 0x82;
            if (bytes.Length < 126)
            {
                header[1] = (byte)(0x80 | bytes.Length);
            }
            else
            {
                header[1] = 0x80 | 127;
                BinaryPrimitives.WriteInt64BigEndian(header.AsSpan(2), bytes.Length);
                size = 10;
                if (bytes.Length < 65536)
                {
                    header[1] = 0x80 | 126;
                    BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), (ushort)bytes.Length);
                    size = 4;
                }
            }

            header.AsSpan(size, 4).Clear();
            if (frame.Length < size + 4 + bytes.Length) frame = new byte[size + 4 + bytes.Length];
            header.AsSpan(0, size + 4).CopyTo(frame);
            bytes.CopyTo(frame.AsSpan(size + 4));
            SendAll(frame.AsSpan(0, size + 4 + bytes.Length));
        }
    }

    /// <summary>Takes the packets of one read; false at the end of the stream.</summary>
    public bool Receive(Taken taken)
    {
        int count = socket.Receive(read);
        if (count == 0) return false;
        if (filled + count > mqtt.Length) Array.Resize(ref mqtt, 2 * mqtt.Length);
        if (isWebSocket) Unframe(read.AsSpan(0, count));
        else Append(read.AsSpan(0, count));

        int used = 0;
        while (TryTake(mqtt.AsSpan(used, filled - used), taken, out int length)) used += length;
        mqtt.AsSpan(used, filled - used).CopyTo(mqtt);
        filled -= used;
        return true;
    }

    private static bool TryTake(ReadOnlySpan<byte> bytes, Taken taken, out int length)
    {
        length = 0;
        int remaining = 0;
        for (int i = 1; i < 5 && i < bytes.Length; i++)
        {
            remaining |= (bytes[i] & 0x7F) << (7 * (i - 1));
            if (bytes[i] >= 0x80) continue;
            if (bytes.Length < i + 1 + remaining) return false;
            length = i + 1 + remaining;
            taken(bytes[0] >> 4, bytes[0] & 15, bytes.Slice(i + 1, remaining));
            return true;
        }

        return false;
    }

    private void Unframe(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (frameLeft > 0)
            {
                int part = (int)Math.Min(frameLeft, bytes.Length);
                Append(bytes[..part]);
                bytes = bytes[part..];
                frameLeft -= part;
                continue;
            }

            partOfHeader[partLength++] = bytes[0];
            bytes = bytes[1..];
            int needed = partLength < 2 ? 2 : partOfHeader[1] switch { 126 => 4, 127 => 10, _ => 2 };
            if (partLength < needed) continue;
            if ((partOfHeader[0] & 15) == 8) throw new IOException("The broker closed the WebSocket.");
            frameLeft = needed switch
            {
                4 => BinaryPrimitives.ReadUInt16BigEndian(partOfHeader.AsSpan(2)),
                10 => BinaryPrimitives.ReadInt64BigEndian(partOfHeader.AsSpan(2)),
                _ => partOfHeader[1]
            };
            partLength = 0;
        }
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(mqtt.AsSpan(filled));
        filled += bytes.Length;
    }

    private void WaitFor(int type)
    {
        bool came = false;
        while (!came)
        {
            if (!Receive((got, _, _) => came |= got == type)) throw new IOException("The broker closed the connection.");
        }
    }

    private void Upgrade(int port)
    {
        SendAll(Encoding.ASCII.GetBytes($"GET /mqtt HTTP/1.1\r\nHost: localhost:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: "
            + $"dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n"));
        byte[] answer = new byte[1024];
        int length = 0;
        while (!answer.AsSpan(0, length).EndsWith("\r\n\r\n"u8))
        {
            int count = socket.Receive(answer.AsSpan(length));
            if (count == 0) throw new IOException("The broker refused the upgrade.");
            length += count;
        }

        if (!answer.AsSpan(0, length).StartsWith("HTTP/1.1 101"u8)) throw new IOException(Encoding.ASCII.GetString(answer, 0, length));
    }

    private void SendAll(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty) bytes = bytes[socket.Send(bytes)..];
    }
}
