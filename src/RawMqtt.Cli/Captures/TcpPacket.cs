// SPDX-License-Identifier: MIT

using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace RawMqtt.Cli.Captures;

/// <summary>Writes an IP packet with one TCP segment, with right lengths and checksums.</summary>
internal static class TcpPacket
{
    /// <summary>The longest header: IPv6 and TCP without options.</summary>
    public const int MostHeaderBytes = 60;

    private const int TcpBytes = 20;
    private const byte TcpProtocol = 6;
    private const byte HopLimit = 64;
    private const ushort Window = 65_535;

    /// <summary>Writes the packet, and returns its length.</summary>
    public static int Write(
        Span<byte> packet, IPEndPoint from, IPEndPoint to, uint sequence, uint acknowledgement, TcpFlags flags, ReadOnlySpan<byte> payload)
    {
        bool isV4 = from.AddressFamily == AddressFamily.InterNetwork;
        int ipBytes = isV4 ? 20 : 40;
        int tcpLength = TcpBytes + payload.Length;
        packet = packet[..(ipBytes + tcpLength)];
        packet[..(ipBytes + TcpBytes)].Clear();
        uint pseudoHeader = isV4 ? WriteV4(packet, from.Address, to.Address, tcpLength) : WriteV6(packet, from.Address, to.Address, tcpLength);
        Span<byte> tcp = packet[ipBytes..];
        BinaryPrimitives.WriteUInt16BigEndian(tcp, (ushort)from.Port);
        BinaryPrimitives.WriteUInt16BigEndian(tcp[2..], (ushort)to.Port);
        BinaryPrimitives.WriteUInt32BigEndian(tcp[4..], sequence);
        BinaryPrimitives.WriteUInt32BigEndian(tcp[8..], acknowledgement);
        tcp[12] = TcpBytes / 4 << 4;
        tcp[13] = (byte)flags;
        BinaryPrimitives.WriteUInt16BigEndian(tcp[14..], Window);
        payload.CopyTo(tcp[TcpBytes..]);
        BinaryPrimitives.WriteUInt16BigEndian(tcp[16..], Checksum(tcp, pseudoHeader));
        return packet.Length;
    }

    /// <summary>Returns the ones' complement of the ones' complement sum, RFC 1071.</summary>
    public static ushort Checksum(ReadOnlySpan<byte> bytes, uint sum = 0)
    {
        ulong total = sum;
        for (; bytes.Length >= 2; bytes = bytes[2..]) total += BinaryPrimitives.ReadUInt16BigEndian(bytes);
        if (bytes.Length == 1) total += (uint)bytes[0] << 8;
        while (total >> 16 != 0) total = (total & 0xFFFF) + (total >> 16);
        return (ushort)~total;
    }

    /// <summary>Returns the sum of the pseudo header, RFC 9293 3.1.</summary>
    public static uint PseudoHeader(ReadOnlySpan<byte> addresses, int tcpLength)
    {
        uint sum = TcpProtocol + (uint)tcpLength;
        for (; !addresses.IsEmpty; addresses = addresses[2..]) sum += BinaryPrimitives.ReadUInt16BigEndian(addresses);
        return sum;
    }

    private static uint WriteV4(Span<byte> packet, IPAddress from, IPAddress to, int tcpLength)
    {
        packet[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(packet[2..], (ushort)packet.Length);
        packet[6] = 0x40; // may not be fragmented
        packet[8] = HopLimit;
        packet[9] = TcpProtocol;
        from.TryWriteBytes(packet[12..], out _);
        to.TryWriteBytes(packet[16..], out _);
        BinaryPrimitives.WriteUInt16BigEndian(packet[10..], Checksum(packet[..20]));
        return PseudoHeader(packet[12..20], tcpLength);
    }

    private static uint WriteV6(Span<byte> packet, IPAddress from, IPAddress to, int tcpLength)
    {
        packet[0] = 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(packet[4..], (ushort)tcpLength);
        packet[6] = TcpProtocol;
        packet[7] = HopLimit;
        from.TryWriteBytes(packet[8..], out _);
        to.TryWriteBytes(packet[24..], out _);
        return PseudoHeader(packet[8..40], tcpLength);
    }
}
