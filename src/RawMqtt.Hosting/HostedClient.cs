// SPDX-License-Identifier: MIT

using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace RawMqtt.Hosting;

/// <summary>A client that lives as long as its host.</summary>
internal sealed class HostedClient : IHostedLifecycleService, IAsyncDisposable
{
    private readonly bool waits;
    private readonly ClientLogging? logging;

    public HostedClient(string name, MqttClientOptions options, ILogger? logger)
    {
        waits = !options.RetryFirstConnect;
        if (logger is not null) logging = new ClientLogging(logger, name);
        if (logging is not null && options.Log is null) options = options with { Log = logging.Write };
        Client = new MqttClient(options);
        if (logging is not null) Client.StateChanged += logging.Write;
    }

    public MqttClient Client { get; }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        Task opening = Client.OpenAsync(waits ? cancellationToken : CancellationToken.None);
        if (waits) await opening.ConfigureAwait(false);
        else _ = opening.ContinueWith(static ended => _ = ended.Exception, TaskScheduler.Default); // StateChanged tells of the failure
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask; // services that stop after this one may still publish

    public Task StoppedAsync(CancellationToken cancellationToken) => Client.DisconnectAsync(cancellationToken: cancellationToken);

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask DisposeAsync() => Client.DisposeAsync();
}
