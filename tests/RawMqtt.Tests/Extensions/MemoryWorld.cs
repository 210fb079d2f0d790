// SPDX-License-Identifier: MIT

namespace RawMqtt.Tests.Extensions;

/// <summary>A broker without a listener, and clients connected to it in memory.</summary>
internal sealed class MemoryWorld : IAsyncDisposable
{
    private readonly List<MqttClient> clients = [];
    private readonly CancellationTokenSource limit = new(TimeSpan.FromSeconds(30));

    private MemoryWorld(MqttBroker broker) => Broker = broker;

    public MqttBroker Broker { get; }

    /// <summary>Ends a test that hangs.</summary>
    public CancellationToken Limit => limit.Token;

    public static async Task<MemoryWorld> StartAsync() => new(await MqttBroker.StartAsync(new MqttBrokerOptions { Listeners = [] }));

    public async Task<MqttClient> ConnectAsync(MqttClientOptions? options = null)
    {
        options = (options ?? new MqttClientOptions()) with { ConnectStream = (_, _) => ValueTask.FromResult(Broker.Connect()) };
        clients.Add(await MqttClient.ConnectAsync(options, Limit));
        return clients[^1];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (MqttClient client in clients) await client.DisposeAsync();
        await Broker.DisposeAsync();
        limit.Dispose();
    }
}
