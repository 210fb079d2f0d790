// SPDX-License-Identifier: MIT

using System.Buffers;
using RawMqtt.Codec;
using RawMqtt.Sessions;

namespace RawMqtt.Tests.Clients;

/// <summary>A server that answers QoS 2 with PUBACK, as RabbitMQ 3 does.</summary>
public sealed class DowngradedQosTests : IDisposable
{
    private const QualityOfService Qos1 = QualityOfService.AtLeastOnce;
    private const QualityOfService Qos2 = QualityOfService.ExactlyOnce;

    private readonly string folder = Directory.CreateTempSubdirectory("rawmqtt-qos-").FullName;

    private static CancellationToken Soon => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public async Task PUBACK_for_QoS_2_fails_the_message_and_nothing_else(bool isClean, bool hasFile)
    {
        await using var server = new SmallServer { Answer = Downgrade };
        MqttClientOptions options = server.ClientOptions with
        {
            CleanSession = isClean,
            MaxInFlight = 2,
            SessionFile = hasFile ? Path.Combine(folder, "session") : null,
            ClientId = "c",
        };
        await using MqttClient client = await MqttClient.ConnectAsync(options, Soon);
        Task[] beside = [.. Enumerable.Range(0, 20).Select(i => client.PublishAsync("b", $"{i}", Qos1, cancellationToken: Soon).AsTask())];
        for (int i = 0; i < 3; i++)
        {
            MqttException failure =
                await Assert.ThrowsAsync<MqttException>(async () => await client.PublishAsync("a", $"{i}", Qos2, cancellationToken: Soon));
            Assert.Equal((MqttErrorCode.QosDowngraded, "MQTT-4.3.3-1"), (failure.Code, failure.Rule));
            Assert.Contains("PUBACK", failure.Message, StringComparison.Ordinal);
            Assert.Contains("RabbitMQ", failure.Message, StringComparison.Ordinal);
            Assert.Contains("AcceptPubAckForQos2", failure.Message, StringComparison.Ordinal);
        }

        await Task.WhenAll(beside);
        Assert.Equal((1, 0), (server.Connections, client.Statistics.InFlight));
        Task again = client.When(change => change.To == MqttClientState.Connected);
        server.Cut();
        await again.WaitAsync(Soon);
        await client.PublishAsync("b", "x", Qos1, cancellationToken: Soon);
        Assert.Equal(24, server.Received.Count(type => type == "Publish")); // none was sent again
        await client.DisposeAsync();
        await using var next = new MqttClient(options);
        Assert.Equal((0, 0), (next.Statistics.Queued, next.Statistics.InFlight));
    }

    [Fact]
    public async Task PUBACK_for_QoS_2_is_the_end_of_the_delivery_if_the_options_say_so()
    {
        await using var server = new SmallServer { Answer = Downgrade };
        await using MqttClient client = await MqttClient.ConnectAsync(server.ClientOptions with { AcceptPubAckForQos2 = true, MaxInFlight = 1 }, Soon);
        for (int i = 0; i < 10; i++) await client.PublishAsync("a", "x", Qos2, cancellationToken: Soon);
        Assert.Equal((1, 10, 0), (server.Connections, server.Received.Count(type => type == "Publish"), client.Statistics.InFlight));
    }

    [Fact]
    [Rule("MQTT-4.3.3-1", "MQTT-4.8.0-1")]
    public async Task Any_other_wrong_acknowledgement_still_ends_the_connection()
    {
        await using var server = new SmallServer();
        server.Answer = (packet, output) =>
        {
            if (packet.Header.Type != PacketType.Publish) return SmallServer.AcknowledgeAll(packet, output);
            PublishPacket.TryRead(packet.Header, packet.Body, out PublishPacket publish, out _);
            output.Write(new PubCompPacket { PacketId = publish.PacketId });
            return true;
        };
        await using MqttClient client = await MqttClient.ConnectAsync(server.ClientOptions with { ReconnectDelay = TimeSpan.Zero }, Soon);
        Task over = client.When(change => change.To == MqttClientState.Disconnected);
        await Assert.ThrowsAsync<MqttException>(async () => await client.PublishAsync("a", "x", Qos2, cancellationToken: Soon));
        await over.WaitAsync(Soon);
        Assert.Equal((MqttErrorCode.ProtocolViolation, "MQTT-4.3.3-1"), (client.LastFault!.Code, client.LastFault.Rule));
    }

    private static bool Downgrade(Received packet, OutgoingBuffer output)
    {
        if (packet.Header.Type != PacketType.Publish) return SmallServer.AcknowledgeAll(packet, output);
        PublishPacket.TryRead(packet.Header, packet.Body, out PublishPacket publish, out _);
        if (publish.Qos > 0) output.Write(new PubAckPacket { PacketId = publish.PacketId });
        return true;
    }
}
