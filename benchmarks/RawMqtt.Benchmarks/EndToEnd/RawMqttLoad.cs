// SPDX-License-Identifier: MIT

namespace RawMqtt.Benchmarks.EndToEnd;

/// <summary>Our client; the stream door or the view door.</summary>
internal sealed class RawMqttLoad(bool streams) : ILoadClient
{
    private MqttClient? client;
    private Task reading = Task.CompletedTask;

    public async Task ConnectAsync(string address) =>
        client = await MqttClient.ConnectAsync(new MqttClientOptions { Address = address, MaxInFlight = 512, ReconnectDelay = TimeSpan.Zero });

    public async Task SubscribeAsync(int qos, PayloadSink sink)
    {
        if (!streams)
        {
            await client!.SubscribeAsync(Load.Topic, (in MqttMessageView message) => sink(message.Payload), (QualityOfService)qos);
            return;
        }

        MqttSubscription messages = await client!.SubscribeAsync(Load.Topic, (QualityOfService)qos);
        reading = Task.Run(async () =>
        {
            await foreach (MqttMessage message in messages) sink(message.Payload.Span);
        });
    }

    public ValueTask PublishAsync(ReadOnlyMemory<byte> payload, int qos) => client!.PublishAsync(Load.TopicUtf8, payload.Span, (QualityOfService)qos);

    public Task PingAsync() => client!.PingAsync();

    public async ValueTask DisposeAsync()
    {
        await client!.DisposeAsync();
        await reading;
    }
}
