// SPDX-License-Identifier: MIT

using System.Collections.Concurrent;
using System.Text;
using RawMqtt.Codec;

namespace RawMqtt.Tests.Clients;

/// <summary>What the application hooks in to look on: it may throw, and it sees no secrets.</summary>
public class HookTests
{
    private static CancellationToken Soon => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    [Fact]
    public async Task A_log_that_throws_harms_nothing()
    {
        await using var server = new SmallServer();
        await using var client = new MqttClient(new MqttClientOptions { Address = server.Address, Log = (_, _) => throw new FormatException("log") });
        await client.OpenAsync(Soon);
        await client.PublishAsync("a", "x", QualityOfService.ExactlyOnce, cancellationToken: Soon);
        Assert.True((await client.DisconnectAsync(cancellationToken: Soon)).IsComplete);
    }

    [Fact]
    public async Task A_packet_tap_that_throws_harms_nothing()
    {
        await using var server = new SmallServer();
        await using var client = new MqttClient(new MqttClientOptions { Address = server.Address, PacketTap = (_, _) => throw new FormatException("tap") });
        await client.OpenAsync(Soon);
        // by callers and by the flusher
        await Task.WhenAll(Enumerable.Range(0, 1000).Select(i => client.PublishAsync("a", "x", (QualityOfService)(i % 3), cancellationToken: Soon).AsTask()));
        Assert.Equal((1, 1000), (server.Connections, server.Received.Count(type => type == "Publish")));
    }

    [Fact]
    public async Task A_message_is_delivered_though_the_packet_tap_throws_for_it()
    {
        await using var server = new SmallServer();
        server.Answer = (packet, output) =>
        {
            SmallServer.AcknowledgeAll(packet, output);
            if (packet.Header.Type == PacketType.Subscribe)
                output.Write(new PublishPacket { Topic = "a"u8, Payload = "x"u8, Qos = QualityOfService.ExactlyOnce, PacketId = 1 });
            return true;
        };
        MqttTap tap = (direction, bytes) =>
        {
            if (direction == MqttTapDirection.Received && bytes[0] >> 4 == (int)PacketType.Publish) throw new FormatException("tap");
        };
        await using MqttClient client =
            await MqttClient.ConnectAsync(new MqttClientOptions { Address = server.Address, CleanSession = false, PacketTap = tap }, Soon);
        var got = new ConcurrentQueue<string>();
        await using MqttSubscription messages = await client.SubscribeAsync("a",
            (in MqttMessageView message) => got.Enqueue(Encoding.UTF8.GetString(message.Payload)), QualityOfService.ExactlyOnce, Soon);
        await server.HasReceived("PubRec", 1);
        Assert.Equal(["x"], got);
        Assert.Equal(1, server.Connections);
    }

    [Theory]
    [InlineData("ws://127.0.0.1:1/mqtt?X-Signature=geheim")]
    [InlineData("ws://127.0.0.1:99999/mqtt?X-Signature=geheim")]
    [InlineData("mqtt://127.0.0.1:1/mqtt?X-Signature=geheim")]
    [InlineData("http://me:geheim@127.0.0.1/mqtt?X-Signature=geheim")]
    [InlineData("ws:/me:geheim@host:8083/mqtt")]
    [InlineData("me:geheim@host:8083/mqtt?X-Signature=geheim")]
    [InlineData("ws://me:geheim/x@host:8083/mqtt")]
    public async Task No_secret_of_an_address_is_told(string address)
    {
        var told = new ConcurrentQueue<string>();
        var options = new MqttClientOptions { Address = address, Log = (_, line) => told.Enqueue(line) };
        told.Enqueue((await Assert.ThrowsAsync<MqttException>(() => MqttClient.ConnectAsync(options, Soon))).ToString());
        told.Enqueue(options.ToString());
        told.Enqueue(new MqttConnectAttempt(1, address).ToString());
        Assert.DoesNotContain(told, line => line.Contains("geheim", StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_secret_of_an_address_is_told_when_the_path_is_wrong()
    {
        await using MqttBroker broker = await MqttBroker.StartAsync(new MqttBrokerOptions { Listeners = ["ws://127.0.0.1:0/mqtt"] }, Soon);
        await using var client = new MqttClient(new MqttClientOptions { Address = broker.Addresses[0] + "/elsewhere?X-Signature=geheim" });
        MqttException failure = await Assert.ThrowsAsync<MqttException>(() => client.OpenAsync(Soon));
        Assert.Contains("The path in the address is /mqtt/elsewhere?***.", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", failure.ToString(), StringComparison.Ordinal);
    }
}
