// SPDX-License-Identifier: MIT

using RawMqtt.Sessions;

namespace RawMqtt.Clients;

/// <summary>Opens and ends a client: one <see cref="ConnectionLoop"/> after another. A call that ends one loop leaves the next alone.</summary>
internal sealed class ClientLife(
    ClientGate gate, ClientSession session, SessionClock clock, ClientStatus status, OutgoingMessages outgoing, ClientTermination termination,
    TimeProvider time, Func<ConnectionLoop> makeLoop)
{
    /// <summary>The least time for sending DISCONNECT and all that leaves before it.</summary>
    private static readonly TimeSpan ShortestFarewell = TimeSpan.FromSeconds(1);

    private ConnectionLoop? loop;

    /// <summary>Completes when the server has accepted. If it is cancelled before any server has, it ends the attempts.</summary>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ConnectionLoop opening = Open();
        while (status.State == MqttClientState.Disconnecting)
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
    public void EndDelay()
    {
        lock (gate.Lock) loop?.EndDelay();
    }

    /// <summary>Waits until all is delivered, then ends the connection; the time for both is <paramref name="drain"/>.</summary>
    public async Task<MqttDrainResult> DisconnectAsync(TimeSpan drain, CancellationToken cancellationToken)
    {
        TimeSpan began = clock.Now;
        ConnectionLoop? ending;
        Task drained;
        MqttDrainResult lost;
        lock (gate.Lock)
        {
            ending = loop;
            lost = outgoing.Lost;
            if (ending is null || status.IsClosed) return Subtract(lost, outgoing.Undelivered);
            drained = outgoing.WhenIdleAsync();
        }

        try
        {
            await drained.WaitAsync(drain, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // what is left is reported
        }

        if (drain != Timeout.InfiniteTimeSpan)
        {
            drain -= clock.Now - began;
            if (drain < ShortestFarewell) drain = ShortestFarewell;
        }

        return Subtract(lost, await StopAsync(ending, ConnectFaults.Disconnected(), drain, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Ends the connection, and all that waits.</summary>
    public async ValueTask DisposeAsync()
    {
        ConnectionLoop? ending;
        MqttException reason = ConnectFaults.Disposed();
        lock (gate.Lock)
        {
            status.End = reason; // from here on no connection is opened
            ending = loop;
        }

        if (ending is not null) await StopAsync(ending, reason, ShortestFarewell, CancellationToken.None).ConfigureAwait(false);
        termination.Close(reason);
    }

    /// <summary>Starts the loop that connects, unless it runs.</summary>
    private ConnectionLoop Open()
    {
        lock (gate.Lock)
        {
            if (status.End?.Code == MqttErrorCode.Disposed) throw ConnectFaults.Disposed();
            if (status.State != MqttClientState.Disconnected) return loop!;
            status.End = null;
            status.State = MqttClientState.Connecting;
            Task earlier = loop?.Ended ?? Task.CompletedTask;
            loop = makeLoop();
            loop.Start(earlier);
            return loop;
        }
    }

    /// <summary>Sends DISCONNECT, waits at most <paramref name="patience"/>, and stops the loop. Does nothing if the loop has ended.</summary>
    /// <returns>What was not delivered then, since the client was made.</returns>
    private async Task<MqttDrainResult> StopAsync(ConnectionLoop ending, MqttException reason, TimeSpan patience, CancellationToken cancellationToken)
    {
        MqttDrainResult left;
        Task written = Task.CompletedTask;
        ConnectionWriter? writer = null;
        using (GateEntry entry = gate.Enter())
        {
            left = outgoing.Undelivered;
            if (loop == ending && !status.IsClosed)
            {
                status.End ??= reason;
                status.State = MqttClientState.Disconnecting;
                writer = entry.Writer;
            }

            if (writer is not null && session.IsConnected)
            {
                session.Disconnect(writer.Output); // [MQTT-3.14.4-1], [MQTT-3.14.4-2]
                writer.WatchWrites();
            }

            if (writer is not null) written = writer.AllWritten; // also for the second of two callers
        }

        await written.WaitAsync(patience, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        ending.Stop();
        writer?.Ending.Fail(reason);
        await ending.Ended.ConfigureAwait(false);
        return left;
    }

    /// <summary>Returns what was given up since <paramref name="earlier"/>: a caller is not told of it twice.</summary>
    private static MqttDrainResult Subtract(MqttDrainResult earlier, MqttDrainResult all) => new(all.Queued - earlier.Queued, all.InFlight - earlier.InFlight);
}
