// SPDX-License-Identifier: MIT

using System.Diagnostics;

namespace RawMqtt.Extensions;

/// <summary>Represents a subscription whose messages an asynchronous function gets, until it is disposed of.</summary>
public sealed class MqttReceiving : IAsyncDisposable
{
    private static readonly ActivitySource source = new("RawMqtt.Client");

    private readonly CancellationTokenSource stop = new();
    private readonly MqttReceivingOptions options;
    private readonly Func<MqttMessage, CancellationToken, ValueTask> receiver;

    internal MqttReceiving(MqttSubscription subscription, Func<MqttMessage, CancellationToken, ValueTask> receiver, MqttReceivingOptions options)
    {
        this.options = options;
        this.receiver = receiver;
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
                    await ReceiveAsync(message, stop.Token).ConfigureAwait(false);
                }
            }
            else
            {
                var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.MaxConcurrent, CancellationToken = stop.Token };
                await Parallel.ForEachAsync(Subscription, parallel, ReceiveAsync).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // it was disposed of
        }
    }

    private async ValueTask ReceiveAsync(MqttMessage message, CancellationToken cancellationToken)
    {
        using Activity? activity = Start(message);
        try
        {
            await receiver(message, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (activity is not null && Tell(activity, failure))
        {
            throw;
        }
        catch (Exception failure) when (options.Failed is not null && !cancellationToken.IsCancellationRequested)
        {
            options.Failed(message, failure);
        }

        message.Acknowledge();
    }

    /// <summary>The names are those of OpenTelemetry for messaging.</summary>
    private static Activity? Start(MqttMessage message)
    {
        Activity? activity = source.StartActivity("process", ActivityKind.Consumer);
        if (activity is not { IsAllDataRequested: true }) return activity;
        activity.DisplayName = $"process {message.Topic}";
        return activity.SetTag("messaging.system", "mqtt").SetTag("messaging.operation.name", "process").SetTag("messaging.operation.type", "process")
            .SetTag("messaging.destination.name", message.Topic).SetTag("messaging.message.body.size", message.Payload.Length);
    }

    /// <summary>Marks the activity, and lets the exception go on.</summary>
    private static bool Tell(Activity activity, Exception failure)
    {
        activity.SetStatus(ActivityStatusCode.Error, failure.Message).SetTag("error.type", failure.GetType().Name);
        return false;
    }
}
