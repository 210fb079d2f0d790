// SPDX-License-Identifier: MIT

namespace RawMqtt.Extensions;

/// <summary>Represents a subscription whose messages an asynchronous function gets, until it is disposed of.</summary>
public sealed class MqttHandling : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly MqttHandlerOptions options;
    private readonly Func<MqttMessage, CancellationToken, ValueTask> handler;

    internal MqttHandling(MqttSubscription subscription, Func<MqttMessage, CancellationToken, ValueTask> handler, MqttHandlerOptions options)
    {
        this.options = options;
        this.handler = handler;
        Subscription = subscription;
        Completion = Task.Run(RunAsync);
    }

    /// <summary>Gets the subscription, with what the server granted.</summary>
    public MqttSubscription Subscription { get; }

    /// <summary>Gets a task that ends with the subscription: when it is disposed of or the client is disconnected, or with the exception that ended
    /// it.</summary>
    public Task Completion { get; }

    /// <summary>Ends the subscription: cancels the token of the functions that run, and waits until they have returned. It throws nothing; a failure stays in
    /// <see cref="Completion"/>. Do not call it within the function itself.</summary>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync().ConfigureAwait(false);
        await Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Subscription.DisposeAsync().ConfigureAwait(false);
        stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            if (options.MaxConcurrent == 1)
            {
                await foreach (MqttMessage message in Subscription.WithCancellation(stop.Token).ConfigureAwait(false))
                {
                    await HandleAsync(message, stop.Token).ConfigureAwait(false);
                }
            }
            else
            {
                var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.MaxConcurrent, CancellationToken = stop.Token };
                await Parallel.ForEachAsync(Subscription, parallel, HandleAsync).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // it was disposed of
        }
    }

    private async ValueTask HandleAsync(MqttMessage message, CancellationToken cancellationToken)
    {
        try
        {
            await handler(message, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (options.Failed is not null && !cancellationToken.IsCancellationRequested)
        {
            options.Failed(message, failure);
        }

        message.Acknowledge();
    }
}
