// SPDX-License-Identifier: MIT

using System.Buffers.Binary;
using System.Net;

namespace RawMqtt.Cli.Captures;

/// <summary>Writes connections as a pcap file, which Wireshark and tcpdump read. May be used from any thread.</summary>
/// <remarks>The bytes are those below TLS; TCP around them is made up: an opening, segments with right numbers and checksums, an end.
/// <code>
/// file     magic 0xA1B23C4D (nanoseconds), version 2.4, 8 bytes of 0, longest packet, link type 101 (a packet begins with its IP header)
/// packet   seconds, nanoseconds, length here, length on the wire, the packet
/// </code></remarks>
internal sealed class CaptureFile : IDisposable
{
    public const int LinkTypeRaw = 101;

    private const int MostPacketBytes = 65_535;
    private const int RecordBytes = 16;

    private readonly Lock gate = new();
    private readonly byte[] record = new byte[RecordBytes + MostPacketBytes];
    private readonly Stream stream;
    private readonly TimeProvider time;
    private bool isOpen = true;

    public CaptureFile(Stream stream, TimeProvider time)
    {
        (this.stream, this.time) = (stream, time);
        Span<byte> header = stackalloc byte[24];
        header.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(header, 0xA1B2_3C4D);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], 4);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], MostPacketBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(header[20..], LinkTypeRaw);
        stream.Write(header);
        stream.Flush();
    }

    /// <summary>Creates a file that only this user may read, because captures hold passwords.</summary>
    public static CaptureFile Create(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.Read, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new CaptureFile(new FileStream(path, options), TimeProvider.System);
    }

    /// <summary>Writes one packet with a TCP segment. Each leaves at once, so that the file is whole when the program is killed.</summary>
    public void Write(IPEndPoint from, IPEndPoint to, uint sequence, uint acknowledgement, TcpFlags flags, ReadOnlySpan<byte> payload)
    {
        lock (gate)
        {
            if (!isOpen) return;
            long ticks = (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks;
            int length = TcpPacket.Write(record.AsSpan(RecordBytes), from, to, sequence, acknowledgement, flags, payload);
            BinaryPrimitives.WriteUInt32LittleEndian(record, (uint)(ticks / TimeSpan.TicksPerSecond));
            BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(4), (uint)(ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick));
            BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(8), length);
            BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(12), length);
            stream.Write(record, 0, RecordBytes + length);
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            isOpen = false;
            stream.Dispose();
        }
    }
}
