// SPDX-License-Identifier: MIT

using System.Buffers.Binary;
using System.Net;
using RawMqtt.Cli.Captures;

namespace RawMqtt.Tests.Cli.Captures;

/// <summary>Captures made by hand, as seeds of tests and of the fuzzer.</summary>
internal static class SampleCapture
{
    public static readonly IPEndPoint Client = IPEndPoint.Parse("127.0.0.1:50000");
    public static readonly IPEndPoint Server = IPEndPoint.Parse("127.0.0.1:1883");

    /// <summary>CONNECT with the client identifier "a", CONNACK, PUBLISH of "hi" to "b", DISCONNECT.</summary>
    public static readonly (bool IsFromClient, string Hex)[] Session =
        [(true, "100d00044d5154540402003c000161"), (false, "20020000"), (true, "30050001626869"), (true, "e000")];

    public static byte[] Pcap(IPEndPoint? client = null, IPEndPoint? server = null) => Write(file =>
    {
        var connection = new CapturedConnection(file, client ?? Client, server ?? Server);
        foreach ((bool isFromClient, string hex) in Session) connection.Add(isFromClient, Convert.FromHexString(hex));
        connection.Close();
    });

    public static byte[] Write(Action<CaptureFile> write)
    {
        var stream = new MemoryStream();
        using (var file = new CaptureFile(stream, TimeProvider.System)) write(file);
        return stream.ToArray();
    }

    /// <summary>Returns the packets of a pcap file as pcapng: an interface with nanoseconds, then enhanced packets.</summary>
    public static byte[] Pcapng(byte[] pcap, bool isLittleEndian)
    {
        var stream = new MemoryStream();
        void Number(uint number, int bytes)
        {
            Span<byte> four = stackalloc byte[4];
            if (isLittleEndian) BinaryPrimitives.WriteUInt32LittleEndian(four, number);
            else BinaryPrimitives.WriteUInt32BigEndian(four, number << (32 - 8 * bytes));
            stream.Write(four[..bytes]);
        }

        void Block(uint type, int bodyLength, Action body)
        {
            Number(type, 4);
            Number((uint)(12 + bodyLength), 4);
            body();
            while (stream.Length % 4 != 0) stream.WriteByte(0);
            Number((uint)(12 + bodyLength), 4);
        }

        Block(0x0A0D0D0A, 16, () =>
        {
            Number(0x1A2B3C4D, 4);
            Number(1, 2);
            Number(0, 2);
            Number(0xFFFFFFFF, 4);
            Number(0xFFFFFFFF, 4);
        });
        Block(1, 20, () =>
        {
            Number(CaptureFile.LinkTypeRaw, 2);
            Number(0, 2);
            Number(0, 4);
            Number(9, 2);
            Number(1, 2);
            stream.Write([9, 0, 0, 0]); // nanoseconds
            Number(0, 4);
        });
        foreach (CapturedPacket packet in PcapReader.Read(pcap))
        {
            ulong time = (ulong)(packet.Time - DateTimeOffset.UnixEpoch).Ticks * 100;
            Block(6, 20 + (packet.Bytes.Length + 3 & ~3), () =>
            {
                Number(0, 4);
                Number((uint)(time >> 32), 4);
                Number((uint)time, 4);
                Number((uint)packet.Bytes.Length, 4);
                Number((uint)packet.Bytes.Length, 4);
                stream.Write(packet.Bytes.Span);
            });
        }

        return stream.ToArray();
    }
}
