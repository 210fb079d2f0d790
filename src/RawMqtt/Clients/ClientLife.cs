// SPDX-License-Identifier: MIT

namespace RawMqtt.Clients;

/// <summary>How a client is opened and how it ends: one <see cref="ConnectionLoop"/> after the other, and whoever ends one leaves the next alone.</summary>
internal sealed class ClientLife(ClientCore core, Action<MqttStateChange> changed)
{
    /// <summary>What DISCONNECT, and all that is to leave before it, may take at the least.</summary>
    private static readonly TimeSpan ShortestFarewell = TimeSpan.FromSeconds(1);

    private ConnectionLoop? loop;

    /// <summary>Completes when the server has accepted. Cancelled before any server has, it ends the attempts.</summary>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ConnectionLoop opening = Open();
        while (core.State == MqttClientState.Disconnecting)
        {
            await opening.Ended.WaitAsync(cancellationToken).ConfigureAwait(false);
            opening = Open();
        }

        try
        {
            await opening.Opened.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!opening.HasOpened)
        {
            await StopAsync(opening, ConnectFaults.Disconnected(), ShortestFarewell, CancellationToken.None).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Ends the delay before the next attempt, if there is one.</summary>
    public void Hurry()
    {
        lock (core.Gate) loop?.Hurry();
    }

    /// <summary>Waits until all is delivered, then ends the connection; the time for both is <paramref name="drain"/>.</summary>
    public async Task<MqttDrainResult> DisconnectAsync(TimeSpan drain, CancellationToken cancellationToken)
    {
        TimeSpan began = core.Now;
        ConnectionLoop? ending;
        Task drained;
        MqttDrainResult lost;
        lock (core.Gate)
        {
            ending = loop;
            lost = core.Outgoing.Lost;
            if (ending is null || HasEnded) return Without(lost, core.Outgoing.Undelivered);
            drained = core.Outgoing.WhenIdleAsync();
        }

        try
        {
            await drained.WaitAsync(drain, core.Options.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // what is left is reported
        }

        if (drain != Timeout.InfiniteTimeSpan)
        {
            drain -= core.Now - began;
            if (drain < ShortestFarewell) drain = ShortestFarewell;
        }

        return Without(lost, await StopAsync(ending, ConnectFaults.Disconnected(), drain, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Ends the connection, and all that waits.</summary>
    public async ValueTask DisposeAsync()
    {
        ConnectionLoop? ending;
        MqttException reason = ConnectFaults.Disposed();
        lock (core.Gate)
        {
            core.End = reason; // from here on nothing is opened
            ending = loop;
        }

        if (ending is not null) await StopAsync(ending, reason, ShortestFarewell, CancellationToken.None).ConfigureAwait(false);
        MqttSubscription[] subscriptions;
        lock (core.Gate)
        {
            core.State = MqttClientState.Closed;
            core.Outgoing.FailAll(reason);
            core.Subscriptions.FailAll(reason);
            subscriptions = core.Subscriptions.TakeAll();
        }

        foreach (MqttSubscription subscription in subscriptions) subscription.Complete(null);
    }

    /// <summary>Starts the loop that connects, unless it runs.</summary>
    private ConnectionLoop Open()
    {
        lock (core.Gate)
        {
            if (core.End?.Code == MqttErrorCode.Disposed) throw ConnectFaults.Disposed();
            if (core.State != MqttClientState.Disconnected) return loop!;
            core.End = null;
            core.State = MqttClientState.Connecting;
            Task earlier = loop?.Ended ?? Task.CompletedTask;
            loop = new ConnectionLoop(core, changed);
            loop.Start(earlier);
            return loop;
        }
    }

    /// <summary>Ends a loop with a DISCONNECT, for which it waits until cancelled at the longest. One that has ended by itself is left alone, and the next one too.</summary>
    /// <returns>What was not delivered then, since the client was made.</returns>
    private async Task<MqttDrainResult> StopAsync(ConnectionLoop ending, MqttException reason, TimeSpan patience, CancellationToken cancellationToken)
    {
        MqttDrainResult left;
        ClientConnection? connection = null;
        Task written;
        FlushStep step = FlushStep.None;
        lock (core.Gate)
        {
            left = core.Outgoing.Undelivered;
            if (loop == ending && !HasEnded)
            {
                core.End ??= reason;
                core.State = MqttClientState.Disconnecting;
                connection = core.Connection;
            }

            if (connection is not null && core.Session.IsConnected)
            {
                core.Session.Disconnect(connection.Output); // [MQTT-3.14.4-1], [MQTT-3.14.4-2]
                connection.WhenWritten = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                step = connection.Appended();
            }

            written = connection?.WhenWritten?.Task ?? Task.CompletedTask; // of whoever was first to say farewell
        }

        connection?.Flush(step);
        await written.WaitAsync(patience, core.Options.TimeProvider, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        ending.Stop();
        connection?.Fail(reason);
        await ending.Ended.ConfigureAwait(false);
        return left;
    }

    /// <summary>What had been given up before is not reported again.</summary>
    private static MqttDrainResult Without(MqttDrainResult earlier, MqttDrainResult all) => new(all.Queued - earlier.Queued, all.InFlight - earlier.InFlight);

    /// <summary>Under the gate.</summary>
    private bool HasEnded => core.State is MqttClientState.Disconnected or MqttClientState.Closed;
}
