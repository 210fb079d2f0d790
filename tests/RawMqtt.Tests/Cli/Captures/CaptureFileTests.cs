// SPDX-License-Identifier: MIT

using System.Net;
using RawMqtt.Cli.Captures;

namespace RawMqtt.Tests.Cli.Captures;

public class CaptureFileTests
{
    [Theory]
    [InlineData("127.0.0.1:50000", "127.0.0.1:1883")]
    [InlineData("[::1]:50000", "[::1]:80")]
    public void A_connection_opens_carries_its_bytes_and_ends_with_right_numbers(string client, string server)
    {
        byte[] file = SampleCapture.Pcap(IPEndPoint.Parse(client), IPEndPoint.Parse(server));

        TcpSegment[] segments = [.. PcapReader.Read(file).Select(packet => TcpSegment.Of(packet)!.Value)];

        string[] expected =
        [
            "client Syn 0 0", "server Syn, Ack 0 0", "client Ack 1 0", "client Psh, Ack 1 15", "server Psh, Ack 1 4", "client Psh, Ack 16 7",
            "client Psh, Ack 23 2", "client Fin, Ack 25 0", "server Fin, Ack 5 0", "client Ack 26 0",
        ];
        Assert.Equal(expected, segments.Select(segment =>
            $"{(segment.From.ToString() == client ? "client" : "server")} {segment.Flags} {segment.Sequence} {segment.Payload.Length}"));
    }

    [Theory]
    [InlineData("127.0.0.1:50000", "127.0.0.1:1883", 20, 12, 8)]
    [InlineData("[2001:db8::1]:50000", "[2001:db8::2]:80", 40, 8, 32)]
    public void Checksums_of_each_packet_are_right(string client, string server, int ipBytes, int addresses, int addressBytes)
    {
        foreach (CapturedPacket packet in PcapReader.Read(SampleCapture.Pcap(IPEndPoint.Parse(client), IPEndPoint.Parse(server))))
        {
            ReadOnlySpan<byte> bytes = packet.Bytes.Span;
            if (ipBytes == 20) Assert.Equal(0, TcpPacket.Checksum(bytes[..20]));
            uint pseudoHeader = TcpPacket.PseudoHeader(bytes.Slice(addresses, addressBytes), bytes.Length - ipBytes);
            Assert.Equal(0, TcpPacket.Checksum(bytes[ipBytes..], pseudoHeader));
        }
    }

    [Fact]
    public void The_checksum_is_that_of_RFC_1071() =>
        Assert.Equal(0x220D, TcpPacket.Checksum([0x00, 0x01, 0xF2, 0x03, 0xF4, 0xF5, 0xF6, 0xF7])); // its example: the sum is DDF2

    [Fact]
    public void Long_pieces_become_several_segments()
    {
        byte[] sent = [.. Enumerable.Range(0, 200_000).Select(i => (byte)i)];
        byte[] file = SampleCapture.Write(capture => new CapturedConnection(capture, SampleCapture.Client, SampleCapture.Server).Add(isFromClient: true, sent));

        TcpSegment[] segments = [.. PcapReader.Read(file).Select(packet => TcpSegment.Of(packet)!.Value).Where(segment => segment.Payload.Length > 0)];

        Assert.Equal(4, segments.Length);
        Assert.Equal(sent, segments.SelectMany(segment => segment.Payload.ToArray()));
    }

    [Fact]
    public async Task A_client_and_a_broker_write_what_flows_each_connection_for_itself()
    {
        var fromBroker = new MemoryStream();
        var fromClient = new MemoryStream();
        using (var brokerFile = new CaptureFile(fromBroker, TimeProvider.System))
        using (var clientFile = new CaptureFile(fromClient, TimeProvider.System))
        {
            await using MqttBroker broker = await MqttBroker.StartAsync(new()
            {
                Listeners = ["ws://127.0.0.1:0/mqtt", "mqtt://127.0.0.1:0"],
                Tap = ConnectionCapture.Of(brokerFile),
            });
            foreach (string address in broker.Addresses)
            {
                await using MqttClient client = await MqttClient.ConnectAsync(ConnectionCapture.Of(new() { Address = address }, clientFile));
                await client.PublishAsync("a", "x", QualityOfService.AtLeastOnce);
                await client.DisconnectAsync();
            }

            await broker.StopAsync();
        }

        foreach (MemoryStream file in new[] { fromBroker, fromClient })
        {
            var output = new StringWriter();
            var text = new CaptureText();
            text.Write(file.ToArray(), output);
            Assert.True(text.IsOk, output.ToString());
            Assert.Empty(text.Notes);
            Assert.Equal(2, output.ToString().Split("→ PUBLISH \"a\" at QoS 1").Length - 1);
            Assert.Equal(2, output.ToString().Split("← PUBACK").Length - 1);
            Assert.Contains("→ GET /mqtt HTTP/1.1", output.ToString(), StringComparison.Ordinal);
        }
    }
}
