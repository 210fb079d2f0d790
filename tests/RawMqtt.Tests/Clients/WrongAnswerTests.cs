// SPDX-License-Identifier: MIT

using System.Buffers;
using RawMqtt.Codec;

namespace RawMqtt.Tests.Clients;

/// <summary>A packet that the server answers against the rules is found and given up; what it sends unasked blames none.</summary>
public class WrongAnswerTests
{
    private const QualityOfService Qos1 = QualityOfService.AtLeastOnce;

    private static CancellationToken Soon => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    [Theory]
    [InlineData(2)]
    [InlineData(0)]
    public async Task A_SUBSCRIBE_whose_answer_has_a_wrong_number_of_return_codes_is_given_up(int codes)
    {
        await using var server = new SmallServer();
        server.Answer = (packet, output) =>
        {
            if (ClosingServer.Name(packet) != "poison" || packet.Header.Type != PacketType.Subscribe) return SmallServer.AcknowledgeAll(packet, output);
            output.Write((ReadOnlySpan<byte>)[0x90, (byte)(2 + codes), packet.Body[0], packet.Body[1], .. new byte[codes]]);
            return true;
        };
        await using MqttClient client = await MqttClient.ConnectAsync(server.ClientOptions, Soon);
        MqttException rejected = await Assert.ThrowsAsync<MqttException>(() => client.SubscribeAsync("poison", cancellationToken: Soon));
        Assert.Equal(MqttErrorCode.PacketRejected, rejected.Code);
        Assert.Contains("SUBSCRIBE of \"poison\"", rejected.Message, StringComparison.Ordinal);
        Assert.NotNull(rejected.Rule);
        await client.PublishAsync("good", "x", Qos1, cancellationToken: Soon);
        Assert.Equal(5, server.Connections); // in a burst, three times alone, and without it
    }

    [Theory]
    [InlineData(new byte[] { 0x70, 2 }, Qos1)] // PUBCOMP
    [InlineData(new byte[] { 0x90, 3 }, Qos1)] // SUBACK
    [InlineData(new byte[] { 0x4F, 2 }, Qos1)] // PUBACK with flags
    [InlineData(new byte[] { 0xF0, 2 }, Qos1)] // no packet of 3.1.1
    [InlineData(new byte[] { 0x70, 2 }, QualityOfService.ExactlyOnce)]
    public async Task A_message_that_is_answered_with_another_packet_is_given_up(byte[] answer, QualityOfService qos)
    {
        await using var server = new SmallServer();
        server.Answer = (packet, output) =>
        {
            if (packet.Header.Type != PacketType.Publish || ClosingServer.Name(packet) != "poison") return SmallServer.AcknowledgeAll(packet, output);
            PublishPacket.TryRead(packet.Header, packet.Body, out PublishPacket publish, out _);
            output.Write((ReadOnlySpan<byte>)[.. answer, (byte)(publish.PacketId >> 8), (byte)publish.PacketId, .. new byte[answer[1] - 2]]);
            return true;
        };
        await using MqttClient client = await MqttClient.ConnectAsync(server.ClientOptions with { RepublishQos2 = true }, Soon);
        Task poison = client.PublishAsync("poison", "x", qos, cancellationToken: Soon).AsTask();
        await client.PublishAsync("good", "x", Qos1, cancellationToken: Soon);
        MqttException rejected = await Assert.ThrowsAsync<MqttException>(() => poison);
        Assert.Equal(MqttErrorCode.PacketRejected, rejected.Code);
    }

    [Fact]
    public async Task A_broken_message_that_the_server_sends_blames_no_packet()
    {
        int left = 12;
        await using var server = new SmallServer();
        server.Answer = (packet, output) =>
        {
            if (packet.Header.Type != PacketType.Publish || --left < 0) return SmallServer.AcknowledgeAll(packet, output);
            output.Write((ReadOnlySpan<byte>)[0x36, 5, 0, 1, (byte)'a', 0, 1]); // QoS 3
            return true;
        };
        await using MqttClient client = await MqttClient.ConnectAsync(server.ClientOptions, Soon);
        await client.PublishAsync("a", "x", Qos1, cancellationToken: Soon);
        Assert.Equal(13, server.Connections);
    }
}
