// SPDX-License-Identifier: MIT

using System.Buffers.Binary;

namespace RawMqtt.Cli.Captures;

/// <summary>Reads the packets of a pcap file, of either byte order, in microseconds or nanoseconds. Nothing in the file is believed.</summary>
internal static class PcapReader
{
    private const uint Microseconds = 0xA1B2_C3D4;
    private const uint Nanoseconds = 0xA1B2_3C4D;
    private const int HeaderBytes = 24;
    private const int RecordBytes = 16;

    /// <summary>The longest packet that tcpdump's library writes.</summary>
    private const int MostPacketBytes = 262_144;

    public static bool IsPcap(ReadOnlySpan<byte> file) => file.Length >= 4 && TryReadOrder(file, out _, out _);

    /// <exception cref="FormatException">The file breaks its format; packets before that place were returned.</exception>
    public static IEnumerable<CapturedPacket> Read(ReadOnlyMemory<byte> file)
    {
        if (!TryReadOrder(file.Span, out bool isLittleEndian, out long ticksDivisor) || file.Length < HeaderBytes)
        {
            throw new FormatException("The capture ends within its header.");
        }

        int linkType = (int)(ReadUInt32(file.Span[20..], isLittleEndian) & 0xFFFF); // the upper bits tell the length of a checksum
        int position = HeaderBytes;
        while (position < file.Length)
        {
            if (file.Length - position < RecordBytes) throw new FormatException(EndOf(position));
            uint seconds = ReadUInt32(file.Span[position..], isLittleEndian);
            uint fraction = ReadUInt32(file.Span[(position + 4)..], isLittleEndian);
            uint length = ReadUInt32(file.Span[(position + 8)..], isLittleEndian);
            position += RecordBytes;
            if (length > MostPacketBytes) throw new FormatException($"The packet at byte {position} would be {length} bytes long: the capture is broken.");
            if (length > file.Length - position) throw new FormatException(EndOf(position));
            long ticks = seconds * TimeSpan.TicksPerSecond + (ticksDivisor == 0 ? fraction * 10L : fraction / ticksDivisor);
            yield return new CapturedPacket(DateTimeOffset.UnixEpoch.AddTicks(ticks), linkType, file.Slice(position, (int)length));
            position += (int)length;
        }
    }

    private static bool TryReadOrder(ReadOnlySpan<byte> file, out bool isLittleEndian, out long ticksDivisor)
    {
        uint little = file.Length < 4 ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(file);
        uint big = BinaryPrimitives.ReverseEndianness(little);
        isLittleEndian = little is Microseconds or Nanoseconds;
        ticksDivisor = little == Nanoseconds || big == Nanoseconds ? TimeSpan.NanosecondsPerTick : 0;
        return isLittleEndian || big is Microseconds or Nanoseconds;
    }

    private static string EndOf(int position) => $"The capture ends in the middle of the packet at byte {position}.";

    private static uint ReadUInt32(ReadOnlySpan<byte> bytes, bool isLittleEndian) =>
        isLittleEndian ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);
}
