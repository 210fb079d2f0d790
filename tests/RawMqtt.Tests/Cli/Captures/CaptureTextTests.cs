// SPDX-License-Identifier: MIT

using System.Buffers.Binary;
using System.Net;
using RawMqtt.Cli.Captures;

namespace RawMqtt.Tests.Cli.Captures;

public class CaptureTextTests
{
    private static readonly string[] Packets = ["→ CONNECT", "← CONNACK", "→ PUBLISH \"b\"", "→ DISCONNECT"];

    public static TheoryData<string, byte[]> Forms => new()
    {
        { "pcap", SampleCapture.Pcap() },
        { "pcap, big-endian, microseconds", BigEndian(SampleCapture.Pcap()) },
        { "pcapng", SampleCapture.Pcapng(SampleCapture.Pcap(), isLittleEndian: true) },
        { "pcapng, big-endian", SampleCapture.Pcapng(SampleCapture.Pcap(), isLittleEndian: false) },
        { "IPv6", SampleCapture.Pcap(IPEndPoint.Parse("[::1]:50000"), IPEndPoint.Parse("[::1]:1883")) },
        { "two sections", [.. SampleCapture.Pcapng(SampleCapture.Pcap(), true), .. SampleCapture.Pcapng(SampleCapture.Pcap(), false)] },
        { "Ethernet", Linked(SampleCapture.Pcap(), 1, "000000000000000000000000" + "0800") },
        { "Ethernet with VLAN", Linked(SampleCapture.Pcap(), 1, "000000000000000000000000" + "81000001" + "0800") },
        { "Linux cooked", Linked(SampleCapture.Pcap(), 113, "00000304000600000000000000000800") },
        { "Linux cooked 2", Linked(SampleCapture.Pcap(), 276, "0800000000000001030400060000000000000000") },
        { "BSD loopback", Linked(SampleCapture.Pcap(), 0, "02000000") },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void Each_form_of_capture_is_read(string form, byte[] file)
    {
        (CaptureText capture, string text) = Explain(file);

        Assert.True(capture.IsOk, form);
        Assert.Empty(capture.Notes);
        int place = 0;
        foreach (string packet in Packets) Assert.True((place = text.IndexOf(packet, place, StringComparison.Ordinal)) >= 0, $"{form}: {packet}\n{text}");
    }

    [Fact]
    public void Json_has_a_line_for_each_connection()
    {
        byte[] two = SampleCapture.Write(file =>
        {
            foreach (string client in new[] { "127.0.0.1:50000", "127.0.0.1:50001" })
            {
                var connection = new CapturedConnection(file, IPEndPoint.Parse(client), SampleCapture.Server);
                foreach ((bool isFromClient, string hex) in SampleCapture.Session) connection.Add(isFromClient, Convert.FromHexString(hex));
            }
        });
        var output = new StringWriter { NewLine = "\n" };

        var capture = new CaptureText();
        capture.WriteJson(two, output);

        string[] lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.StartsWith("""{"client":"127.0.0.1:50001","server":"127.0.0.1:1883","fromClient":{"ok":true,"consumed":24,"packets":[{"type":"CONNECT",""",
            lines[1], StringComparison.Ordinal);
        Assert.Contains("""fromServer":{"ok":true,"consumed":4,"packets":[{"type":"CONNACK",""", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Segments_out_of_order_twice_and_overlapping_make_the_same_text()
    {
        (_, string expected) = Explain(SampleCapture.Pcap());
        byte[] bytes = Convert.FromHexString(string.Concat(SampleCapture.Session.Where(part => part.IsFromClient).Select(part => part.Hex)));
        byte[] shuffled = SampleCapture.Write(file =>
        {
            void Send(uint from, uint to) => file.Write(
                SampleCapture.Client, SampleCapture.Server, unchecked(0xFFFFFFF0 + 1 + from), 1, TcpFlags.Ack, bytes.AsSpan((int)from..(int)to));
            file.Write(SampleCapture.Client, SampleCapture.Server, 0xFFFFFFF0, 0, TcpFlags.Syn, default); // the numbers wrap
            Send(20, 24);
            Send(10, 20);
            Send(0, 5);
            Send(0, 5);
            Send(3, 12);
            file.Write(SampleCapture.Server, SampleCapture.Client, 9, 1, TcpFlags.Ack, Convert.FromHexString("20020000"));
        });

        (CaptureText capture, string text) = Explain(shuffled);

        Assert.True(capture.IsOk);
        Assert.Empty(capture.Notes);
        foreach (string packet in Packets) Assert.Contains(packet, text, StringComparison.Ordinal);
        Assert.Equal(expected.Split('\n').Length, text.Split('\n').Length);
    }

    [Fact]
    public void What_cannot_be_read_is_counted_and_not_guessed()
    {
        byte[] file = SampleCapture.Write(capture =>
        {
            void Open(int port, string hex) => new CapturedConnection(capture, new IPEndPoint(IPAddress.Loopback, port), SampleCapture.Server)
                .Add(isFromClient: true, Convert.FromHexString(hex));
            Open(1, "160301");
            Open(2, "535348");
            capture.Write(new IPEndPoint(IPAddress.Loopback, 3), SampleCapture.Server, 7, 7, TcpFlags.Ack, "x"u8);
            capture.Write(new IPEndPoint(IPAddress.Loopback, 4), SampleCapture.Server, 0, 0, TcpFlags.Syn, default);
            capture.Write(new IPEndPoint(IPAddress.Loopback, 4), SampleCapture.Server, 9, 0, TcpFlags.Ack, "later"u8);
        });

        (CaptureText capture, string text) = Explain(file);

        Assert.Equal("", text);
        Assert.Equal(
            [
                "1 connections are TLS and cannot be read: capture below TLS with --pcap of pub, sub or broker.",
                "1 connections are neither MQTT nor WebSocket.",
                "1 connections lack bytes in the capture, after which they cannot be read.",
                "1 packets belong to connections whose beginning is not in the capture.",
            ], capture.Notes);
    }

    [Fact]
    public void A_broken_rule_is_told()
    {
        byte[] file = SampleCapture.Write(capture =>
            new CapturedConnection(capture, SampleCapture.Client, SampleCapture.Server)
                .Add(isFromClient: true, Convert.FromHexString("100c00044d5154540403003c0000")));

        (CaptureText capture, string text) = Explain(file);

        Assert.False(capture.IsOk);
        Assert.Contains("MQTT-3.1.2-3", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(24, true)]
    [InlineData(30, false)]
    [InlineData(60, false)]
    public void A_cut_file_shows_what_is_whole(int length, bool isOk)
    {
        (CaptureText capture, _) = Explain(SampleCapture.Pcap()[..length]);

        Assert.Equal((isOk, isOk ? 0 : 1), (capture.IsOk, capture.Notes.Count));
    }

    /// <summary>Every byte of both forms, changed and cut: the reader tells, and never fails.</summary>
    [Fact]
    public void Hostile_files_are_told_from_captures()
    {
        byte[][] seeds = [SampleCapture.Pcap(), SampleCapture.Pcapng(SampleCapture.Pcap(), true), SampleCapture.Pcapng(SampleCapture.Pcap(), false)];
        foreach (byte[] seed in seeds)
        {
            for (int i = 0; i < seed.Length; i++)
            {
                CaptureInvariants.Check(seed[..i]);
                foreach (byte value in new byte[] { 0, 1, 0x7F, 0x80, 0xFF, (byte)~seed[i] })
                {
                    byte[] changed = [.. seed];
                    changed[i] = value;
                    CaptureInvariants.Check(changed);
                }
            }
        }
    }

    private static (CaptureText Capture, string Text) Explain(byte[] file)
    {
        Assert.True(CaptureText.IsCapture(file));
        var output = new StringWriter { NewLine = "\n" };
        var capture = new CaptureText();
        capture.Write(file, output);
        return (capture, output.ToString());
    }

    private static byte[] BigEndian(byte[] pcap)
    {
        var stream = new MemoryStream();
        void Number(uint number)
        {
            Span<byte> four = stackalloc byte[4];
            BinaryPrimitives.WriteUInt32BigEndian(four, number);
            stream.Write(four);
        }

        foreach (uint number in new uint[] { 0xA1B2C3D4, 0x00020004, 0, 0, 65535, CaptureFile.LinkTypeRaw }) Number(number);
        foreach (CapturedPacket packet in PcapReader.Read(pcap))
        {
            Number((uint)packet.Time.ToUnixTimeSeconds());
            Number((uint)packet.Time.Microsecond);
            Number((uint)packet.Bytes.Length);
            Number((uint)packet.Bytes.Length);
            stream.Write(packet.Bytes.Span);
        }

        return stream.ToArray();
    }

    /// <summary>Returns the capture with another link type, and its header in front of each packet.</summary>
    private static byte[] Linked(byte[] pcap, int linkType, string header)
    {
        var stream = new MemoryStream();
        byte[] link = Convert.FromHexString(header);
        stream.Write(pcap.AsSpan(0, 20));
        stream.Write(BitConverter.GetBytes(linkType));
        foreach (CapturedPacket packet in PcapReader.Read(pcap))
        {
            int length = link.Length + packet.Bytes.Length;
            foreach (int number in new[] { 0, 0, length, length }) stream.Write(BitConverter.GetBytes(number));
            stream.Write(link);
            stream.Write(packet.Bytes.Span);
        }

        return stream.ToArray();
    }
}
