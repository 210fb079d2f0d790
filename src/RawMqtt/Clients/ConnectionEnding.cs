// SPDX-License-Identifier: MIT

namespace RawMqtt.Clients;

/// <summary>Ends one connection: the first reason given counts.</summary>
#pragma warning disable CA1001 // a cancellation source without a timer holds nothing that needs disposal
internal sealed class ConnectionEnding(Lock gate)
#pragma warning restore CA1001
{
    private readonly CancellationTokenSource ended = new();

    /// <summary>Cancelled when the connection ends.</summary>
    public CancellationToken Token => ended.Token;

    /// <summary>The first reason given; null before.</summary>
    public MqttException? Reason { get; private set; }

    /// <summary>Ends the connection. A later reason is ignored.</summary>
    public void Fail(MqttException reason)
    {
        lock (gate) SetReason(reason);
        ended.CancelQuietly();
    }

    /// <summary>Records why reading ended, unless there was a reason before. For callers that hold the gate.</summary>
    /// <returns>The first reason given.</returns>
    public MqttException SetReason(MqttException reason) => Reason ??= reason;

    /// <summary>Cancels the token on the thread pool, so that registered code of the application runs there.</summary>
    public async Task CancelAsync() => await ended.CancelAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
