// SPDX-License-Identifier: MIT

using System.Buffers.Binary;
using System.Net;

namespace RawMqtt.Cli.Captures;

/// <summary>A TCP segment in a captured packet.</summary>
/// <param name="From">The end that sent it.</param>
/// <param name="To">The other end.</param>
/// <param name="Sequence">The number of its first byte.</param>
/// <param name="Flags">Its flags.</param>
/// <param name="Payload">Its bytes.</param>
internal readonly record struct TcpSegment(IPEndPoint From, IPEndPoint To, uint Sequence, TcpFlags Flags, ReadOnlyMemory<byte> Payload)
{
    private const int Ethernet = 1;
    private const int Raw = 101;
    private const int LinuxCooked = 113;
    private const int LinuxCooked2 = 276;
    private const int Null = 0;
    private const int Loop = 108;
    private const int RawV4 = 228;
    private const int RawV6 = 229;
    private const byte TcpProtocol = 6;

    /// <summary>Returns the segment of a packet; null for all that is not TCP over IP, or is cut or broken.</summary>
    public static TcpSegment? Of(CapturedPacket packet) => IpOf(packet.LinkType, packet.Bytes) is not { IsEmpty: false } ip ? null : (ip.Span[0] >> 4) switch
    {
        4 => OfV4(ip),
        6 => OfV6(ip),
        _ => null,
    };

    private static ReadOnlyMemory<byte> IpOf(int linkType, ReadOnlyMemory<byte> bytes) => linkType switch
    {
        Ethernet => OfEthernet(bytes),
        Raw or RawV4 or RawV6 => bytes,
        LinuxCooked => bytes.Length > 16 ? bytes[16..] : default,
        LinuxCooked2 => bytes.Length > 20 ? bytes[20..] : default,
        Null or Loop => bytes.Length > 4 ? bytes[4..] : default,
        _ => default,
    };

    private static ReadOnlyMemory<byte> OfEthernet(ReadOnlyMemory<byte> frame)
    {
        int position = 12;
        while (frame.Length >= position + 2)
        {
            ushort type = BinaryPrimitives.ReadUInt16BigEndian(frame.Span[position..]);
            if (type is 0x0800 or 0x86DD) return frame[(position + 2)..];
            if (type is not (0x8100 or 0x88A8)) return default; // a VLAN's tag has 4 bytes
            position += 4;
        }

        return default;
    }

    private static TcpSegment? OfV4(ReadOnlyMemory<byte> packet)
    {
        ReadOnlySpan<byte> ip = packet.Span;
        if (ip.Length < 20) return null;
        int header = (ip[0] & 0x0F) * 4;
        int length = BinaryPrimitives.ReadUInt16BigEndian(ip[2..]);
        bool isFragment = (BinaryPrimitives.ReadUInt16BigEndian(ip[6..]) & 0x3FFF) != 0;
        if (length == 0) length = ip.Length; // the network card cuts it into packets later
        if (header < 20 || length < header || length > ip.Length || isFragment || ip[9] != TcpProtocol) return null;
        return OfTcp(packet[header..length], new IPAddress(ip[12..16]), new IPAddress(ip[16..20]));
    }

    private static TcpSegment? OfV6(ReadOnlyMemory<byte> packet)
    {
        ReadOnlySpan<byte> ip = packet.Span;
        if (ip.Length < 40) return null;
        int length = BinaryPrimitives.ReadUInt16BigEndian(ip[4..]);
        if (length == 0) length = ip.Length - 40;
        if (length > ip.Length - 40 || ip[6] != TcpProtocol) return null; // extension headers do not stand before TCP in practice
        return OfTcp(packet.Slice(40, length), new IPAddress(ip[8..24]), new IPAddress(ip[24..40]));
    }

    private static TcpSegment? OfTcp(ReadOnlyMemory<byte> segment, IPAddress from, IPAddress to)
    {
        ReadOnlySpan<byte> tcp = segment.Span;
        if (tcp.Length < 20) return null;
        int header = (tcp[12] >> 4) * 4;
        if (header < 20 || header > tcp.Length) return null;
        return new TcpSegment(
            new IPEndPoint(from, BinaryPrimitives.ReadUInt16BigEndian(tcp)),
            new IPEndPoint(to, BinaryPrimitives.ReadUInt16BigEndian(tcp[2..])),
            BinaryPrimitives.ReadUInt32BigEndian(tcp[4..]),
            (TcpFlags)(tcp[13] & 0b0001_1111),
            segment[header..]);
    }
}
