// SPDX-License-Identifier: MIT

using System.Buffers;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace RawMqtt.Benchmarks.EndToEnd;

/// <summary>MQTTnet's client, 3.1.1.</summary>
internal sealed class MqttNetLoad : ILoadClient
{
    private readonly IMqttClient client = new MqttClientFactory().CreateMqttClient();

    public Task ConnectAsync(string address)
    {
        var builder = new MqttClientOptionsBuilder().WithProtocolVersion(MqttProtocolVersion.V311).WithCleanSession();
        builder = address.StartsWith("ws", StringComparison.Ordinal)
            ? builder.WithWebSocketServer(options => options.WithUri(address))
            : builder.WithTcpServer(new Uri(address).Host, new Uri(address).Port);
        return client.ConnectAsync(builder.Build());
    }

    public Task SubscribeAsync(int qos, PayloadSink sink)
    {
        client.ApplicationMessageReceivedAsync += received =>
        {
            ReadOnlySequence<byte> payload = received.ApplicationMessage.Payload;
            sink(payload.IsSingleSegment ? payload.FirstSpan : payload.ToArray());
            return Task.CompletedTask;
        };
        return client.SubscribeAsync(Load.Topic, (MqttQualityOfServiceLevel)qos);
    }

    public ValueTask PublishAsync(ReadOnlyMemory<byte> payload, int qos) => new(client.PublishAsync(new MqttApplicationMessage
    {
        Topic = Load.Topic,
        Payload = new ReadOnlySequence<byte>(payload),
        QualityOfServiceLevel = (MqttQualityOfServiceLevel)qos,
    }));

    public Task PingAsync() => client.PingAsync();

    public async ValueTask DisposeAsync()
    {
        await client.DisconnectAsync();
        client.Dispose();
    }
}
