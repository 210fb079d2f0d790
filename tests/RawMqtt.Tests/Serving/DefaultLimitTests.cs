// SPDX-License-Identifier: MIT

using RawMqtt.Tests.Codec.Vectors;

namespace RawMqtt.Tests.Serving;

/// <summary>What passes with the default limits, and which limits are refused.</summary>
public sealed class DefaultLimitTests : IDisposable
{
    private const string Connect = "10 0d | 00 04 'MQTT' 04 02 00 00 | 00 01 'c'";

    private readonly BrokerSockets sockets = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => sockets.Dispose();

    [Theory]
    [InlineData("mqtt")]
    [InlineData("ws")]
    public async Task A_message_of_15_MiB_passes_with_the_default_limits(string scheme)
    {
        await using MqttBroker broker = await sockets.StartAsync(scheme);
        await using Stream stream = await sockets.DialAsync(broker);
        await stream.WriteAsync(ByteText.Parse(Connect + " | 82 06 00 01 00 01 'a' 00"), Token);
        await BrokerSockets.ReadAsync(stream, 9);
        byte[] packet = [.. ByteText.Parse("30 83 80 c0 07 | 00 01 'a'"), .. new byte[15 << 20]];
        Task writing = stream.WriteAsync(packet, Token).AsTask();
        byte[] received = await BrokerSockets.ReadAsync(stream, packet.Length);
        Assert.True(packet.AsSpan().SequenceEqual(received));
        await writing;
    }

    [Theory]
    [InlineData(QualityOfService.AtMostOnce)]
    [InlineData(QualityOfService.AtLeastOnce)]
    [InlineData(QualityOfService.ExactlyOnce)]
    public async Task A_message_of_15_MiB_passes_from_client_to_client_with_default_options(QualityOfService qos)
    {
        await using MqttBroker broker = await sockets.StartAsync("ws");
        await using MqttClient client = await MqttClient.ConnectAsync(broker.Addresses[0], Token);
        await using MqttSubscription messages = await client.SubscribeAsync("a", QualityOfService.ExactlyOnce);
        byte[] payload = new byte[15 << 20];
        payload[^1] = 1;
        Task publishing = client.PublishAsync("a", payload, qos, cancellationToken: Token).AsTask();
        await foreach (MqttMessage message in messages.WithCancellation(Token))
        {
            Assert.True(message.Payload.Span.SequenceEqual(payload));
            break;
        }

        await publishing;
    }

    [Theory]
    [InlineData(0, 20)]
    [InlineData(100, 20)]
    [InlineData(1 << 20, 70_000)]
    public async Task Limits_that_contradict_each_other_refuse_the_start(long unfinished, int inFlight)
    {
        var limits = new MqttBrokerLimits { MaxUnfinishedBytes = unfinished, InitialInFlight = inFlight };
        MqttException fault = await Assert.ThrowsAsync<MqttException>(() => sockets.StartAsync("mqtt", o => o with { Limits = limits }));
        Assert.Equal(MqttErrorCode.InvalidOptions, fault.Code);
        Assert.Contains("contradict", fault.Message);
    }
}
