// SPDX-License-Identifier: MIT

using System.Buffers.Binary;

namespace RawMqtt.Cli.Captures;

/// <summary>Reads the packets of a pcapng file, of either byte order, with several sections and interfaces. Nothing in the file is believed.</summary>
/// <remarks><code>
/// block     type, length, body, length again; the length counts all of it and is a multiple of 4
/// section   0x0A0D0D0A: byte order 0x1A2B3C4D, ...        begins a file, and ends what was known of interfaces
/// interface 1: link type (2), 2 bytes, longest packet, options; option 9 is the resolution of times
/// packet    6: interface, time (two halves), length here, length on the wire, the packet;  3: length on the wire, the packet;  2: the old form of 6
/// </code></remarks>
internal sealed class PcapngReader
{
    private const uint Section = 0x0A0D_0D0A;
    private const uint ByteOrder = 0x1A2B_3C4D;
    private const uint Interface = 1;
    private const uint OldPacket = 2;
    private const uint SimplePacket = 3;
    private const uint EnhancedPacket = 6;
    private const int ResolutionOption = 9;
    private const int FrameBytes = 12; // type and both lengths

    private readonly ReadOnlyMemory<byte> file;
    private readonly List<(int LinkType, double TicksPerUnit)> interfaces = [];
    private bool isLittleEndian;

    private PcapngReader(ReadOnlyMemory<byte> file) => this.file = file;

    public static bool IsPcapng(ReadOnlySpan<byte> file) => file.Length >= 12 && BinaryPrimitives.ReadUInt32BigEndian(file) == Section
        && BinaryPrimitives.ReadUInt32LittleEndian(file[8..]) is ByteOrder or 0x4D3C_2B1A;

    /// <exception cref="FormatException">The file breaks its format; packets before that place were returned.</exception>
    public static IEnumerable<CapturedPacket> Read(ReadOnlyMemory<byte> file) => new PcapngReader(file).Read();

    private IEnumerable<CapturedPacket> Read()
    {
        int position = 0;
        while (position < file.Length)
        {
            ReadOnlyMemory<byte> rest = file[position..];
            if (rest.Length < FrameBytes) throw new FormatException(EndOf(position));
            uint type = BinaryPrimitives.ReadUInt32BigEndian(rest.Span);
            if (type == Section) BeginSection(rest.Span, position);
            else type = ReadUInt32(rest.Span);

            uint length = ReadUInt32(rest.Span[4..]);
            if (length < FrameBytes || length % 4 != 0)
            {
                throw new FormatException($"The block at byte {position} has the length {length}: the capture is broken.");
            }

            if (length > rest.Length) throw new FormatException(EndOf(position));
            ReadOnlyMemory<byte> body = rest[8..(int)(length - 4)];
            if (type == Interface) AddInterface(body.Span, position);
            else if (type is EnhancedPacket or OldPacket) yield return PacketOf(body, type, position);
            else if (type == SimplePacket) yield return SimplePacketOf(body, position);
            position += (int)length;
        }
    }

    private static string EndOf(int position) => $"The capture ends in the middle of the block at byte {position}.";

    private static FormatException Broken(int position) => new($"The block at byte {position} is shorter than what it says it holds: the capture is broken.");

    private void BeginSection(ReadOnlySpan<byte> block, int position)
    {
        isLittleEndian = BinaryPrimitives.ReadUInt32LittleEndian(block[8..]) switch
        {
            ByteOrder => true,
            0x4D3C_2B1A => false,
            _ => throw new FormatException($"The section at byte {position} has no byte order: the capture is broken."),
        };
        interfaces.Clear();
    }

    private void AddInterface(ReadOnlySpan<byte> body, int position)
    {
        if (body.Length < 8) throw Broken(position);
        double ticksPerUnit = 10; // microseconds
        ReadOnlySpan<byte> options = body[8..];
        while (options.Length >= 4)
        {
            int code = ReadUInt16(options);
            int length = ReadUInt16(options[2..]);
            int padded = (length + 3) & ~3;
            if (code == 0 || padded > options.Length - 4) break;
            if (code == ResolutionOption && length == 1) ticksPerUnit = TicksPerUnit(options[4]);
            options = options[(4 + padded)..];
        }

        interfaces.Add((ReadUInt16(body), ticksPerUnit));
    }

    /// <summary>The highest bit says whether the others count powers of 2 or of 10.</summary>
    private static double TicksPerUnit(byte resolution)
    {
        double fraction = (resolution & 0x80) != 0 ? Math.Pow(2, -(resolution & 0x7F)) : Math.Pow(10, -resolution);
        return TimeSpan.TicksPerSecond * fraction;
    }

    private CapturedPacket PacketOf(ReadOnlyMemory<byte> body, uint type, int position)
    {
        if (body.Length < 20) throw Broken(position);
        uint number = type == OldPacket ? ReadUInt16(body.Span) : ReadUInt32(body.Span);
        if (number >= interfaces.Count) throw new FormatException($"The packet at byte {position} names an interface that the capture does not have.");
        ulong units = (ulong)ReadUInt32(body.Span[4..]) << 32 | ReadUInt32(body.Span[8..]);
        uint length = ReadUInt32(body.Span[12..]);
        if (length > body.Length - 20) throw Broken(position);
        (int linkType, double ticksPerUnit) = interfaces[(int)number];
        double ticks = Math.Clamp(units * ticksPerUnit, 0, (DateTimeOffset.MaxValue - DateTimeOffset.UnixEpoch).Ticks / 2);
        return new CapturedPacket(DateTimeOffset.UnixEpoch.AddTicks((long)ticks), linkType, body.Slice(20, (int)length));
    }

    private CapturedPacket SimplePacketOf(ReadOnlyMemory<byte> body, int position)
    {
        if (body.Length < 4) throw Broken(position);
        if (interfaces.Count == 0) throw new FormatException($"The packet at byte {position} names an interface that the capture does not have.");
        uint length = Math.Min(ReadUInt32(body.Span), (uint)body.Length - 4); // the longest packet of the interface may have cut it
        return new CapturedPacket(DateTimeOffset.UnixEpoch, interfaces[0].LinkType, body.Slice(4, (int)length));
    }

    private uint ReadUInt32(ReadOnlySpan<byte> bytes) =>
        isLittleEndian ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);

    private ushort ReadUInt16(ReadOnlySpan<byte> bytes) =>
        isLittleEndian ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);
}
