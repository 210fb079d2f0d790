// SPDX-License-Identifier: MIT

using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RawMqtt.Server;

namespace RawMqtt.Hosting;

/// <summary>A broker that lives as long as its host. It listens before the other services start, so that clients of the same host find it.</summary>
internal sealed class HostedBroker(Func<BrokerConfiguration> read, Func<MqttBrokerOptions, MqttBrokerOptions> change, ILogger? logger)
    : IHostedLifecycleService, IAsyncDisposable
{
    private BrokerService? service;

    public MqttBroker Broker => service?.Broker ?? throw new InvalidOperationException("The broker runs when the host has started, not before.");

    public async Task StartingAsync(CancellationToken cancellationToken) =>
        service = await BrokerService.StartAsync(read, options => change(logger is null ? options : options with { Log = Write }), cancellationToken)
            .ConfigureAwait(false);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => service?.Broker.StopAsync(cancellationToken) ?? Task.CompletedTask;

    /// <summary>The container calls this for each service that the broker is registered as.</summary>
    public ValueTask DisposeAsync() => Interlocked.Exchange(ref service, null)?.DisposeAsync() ?? default;

    private void Write(MqttLogLevel level, string line) => BrokerLogging.Write(logger!, level, line);
}
