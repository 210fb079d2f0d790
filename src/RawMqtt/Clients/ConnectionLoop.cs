// SPDX-License-Identifier: MIT

using RawMqtt.Codec;

namespace RawMqtt.Clients;

/// <summary>Makes one connection after the other, for as long as the client is open.</summary>
#pragma warning disable CA1001 // a cancellation source without a timer holds nothing to dispose of
internal sealed class ConnectionLoop
#pragma warning restore CA1001
{
    private readonly ClientCore core;
    private readonly Action<MqttStateChange> changed;
    private readonly ReconnectDelays delays;
    private readonly CancellationTokenSource stopping = new();
    private volatile TaskCompletionSource opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile TaskCompletionSource hurry = new();
    private int nextAddress;

    public ConnectionLoop(ClientCore core, Action<MqttStateChange> changed)
    {
        this.core = core;
        this.changed = changed;
#pragma warning disable CA5394 // jitter is no secret
        delays = new ReconnectDelays(core.Options.ReconnectDelay, core.Options.MaxReconnectDelay, Random.Shared.NextDouble);
#pragma warning restore CA5394
    }

    /// <summary>Completes when a connection stands, or none will.</summary>
    public Task Opened => opened.Task;

    /// <summary>Whether a connection has stood.</summary>
    public bool HasOpened { get; private set; }

    /// <summary>Completes when the last connection is closed.</summary>
    public Task Ended { get; private set; } = Task.CompletedTask;

    /// <summary>Begins when <paramref name="earlier"/> has completed, so that all changes are told in order.</summary>
    public void Start(Task earlier) => Ended = RunAsync(earlier);

    /// <summary>Whoever waits for the next attempt waits no longer.</summary>
    public void Hurry() => hurry.TrySetResult();

    /// <summary>No further connection, whatever <see cref="RunAsync"/> is doing; the present one is to be ended by its owner.</summary>
    public void Stop() => stopping.CancelQuietly();

    private async Task RunAsync(Task earlier)
    {
        await earlier.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        Tell(new MqttStateChange(MqttClientState.Disconnected, MqttClientState.Connecting, null, 1, null, false));
        MqttException cause;
        while (true)
        {
            cause = await RunOneAsync().ConfigureAwait(false);
            if (core.End is not null) break;
            core.LastFault = cause;
            if (!MayRetry(cause)) break;
            hurry = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            TimeSpan delay = IsFirstRound ? TimeSpan.Zero : delays.Next(); // [WS-7.2.3-1]
            if (opened.Task.IsCompleted) opened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Change(MqttClientState.Reconnecting, cause, delays.Failures, delay);
            await hurry.Task.WaitAsync(delay, core.Options.TimeProvider, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stopping.IsCancellationRequested) break;
        }

        opened.TrySetException(Finish(cause));
        _ = opened.Task.Exception;
    }

    /// <summary>One connection, from dialling to its end; why it ended or did not come to be.</summary>
    private async Task<MqttException> RunOneAsync()
    {
        var steps = new ConnectSteps(core);
        ClientConnection? connection = null;
        Task<MqttException>? running = null;
        try
        {
            using var timeout = new CancellationTokenSource(core.Options.ConnectTimeout, core.Options.TimeProvider);
            using var either = new CancellationTokenSource(); // not linked, or what the application has registered could throw in a timer
            using CancellationTokenRegistration late = timeout.Token.UnsafeRegister(_ => either.CancelQuietly(), null);
            using CancellationTokenRegistration stopped = stopping.Token.UnsafeRegister(_ => either.CancelQuietly(), null);
            try
            {
                connection = new ClientConnection(core, await steps.OpenStreamAsync(delays.Failures + 1, nextAddress, either.Token).ConfigureAwait(false));
                steps.SendConnect(connection);
                running = connection.RunAsync();
                bool sessionPresent = await connection.Accepted.WaitAsync(either.Token).ConfigureAwait(false);
                timeout.CancelAfter(Timeout.InfiniteTimeSpan); // the stream may live as long as its token
                steps.LogTimes();
                Change(MqttClientState.Connected, null, 0, null, sessionPresent);
                HasOpened = true;
                opened.TrySetResult();
            }
            catch (OperationCanceledException) when (timeout.IsCancellationRequested && !stopping.IsCancellationRequested)
            {
                throw steps.TimedOut();
            }

            TimeSpan since = core.Now;
            ClientConnection accepted = connection; // it may have been accepted after Stop looked for one to end
            using CancellationTokenRegistration stop = stopping.Token.UnsafeRegister(_ => accepted.Fail(core.End ?? ConnectFaults.Disconnected()), null);
            MqttException cause = await running.ConfigureAwait(false);
            delays.Lost(core.Now - since);
            nextAddress++;
            return delays.Kicks >= ReconnectDelays.KickLimit && cause.Code == MqttErrorCode.ConnectionLost ? ConnectFaults.Kicked(cause, delays.Kicks) : cause;
        }
        catch (Exception failure) // the application's functions may throw anything, and whoever waits for the connection is told
        {
            delays.Failed();
            nextAddress++;
            return ConnectFaults.NotConnected(connection is null ? failure : steps.Diagnose(connection, failure));
        }
        finally
        {
            if (connection is not null) await EndAsync(connection, running).ConfigureAwait(false);
        }
    }

    private async Task EndAsync(ClientConnection connection, Task<MqttException>? running)
    {
        var cause = new MqttException(MqttErrorCode.ConnectionLost, "The connection was given up.");
        connection.Fail(cause);
        if (running is not null) cause = await running.ConfigureAwait(false);
        await connection.CloseAsync().ConfigureAwait(false);
        lock (core.Gate)
        {
            core.Connection = null;
            core.Outgoing.MakeRoom();
            core.Session.ConnectionLost();
            core.Subscriptions.ConnectionLost();
            core.Pings.FailAll(cause);
            if (core.Options.CleanSession) core.Outgoing.LoseInFlight(ConnectFaults.SessionEnded(cause));
        }
    }

    /// <summary>Whether nothing has stood yet, and not all addresses were tried.</summary>
    private bool IsFirstRound => !HasOpened && delays.Failures < core.Options.Addresses.Count;

    /// <summary>Whether another attempt may have another outcome.</summary>
    private bool MayRetry(MqttException cause)
    {
        if (stopping.IsCancellationRequested) return false;
        if (!IsFirstRound && (core.Options.ReconnectDelay <= TimeSpan.Zero || (!HasOpened && !core.Options.RetryFirstConnect))) return false;
        return cause.Code switch
        {
            MqttErrorCode.InvalidAddress or MqttErrorCode.InvalidOptions => false,
            MqttErrorCode.ConnectRefused => cause.ReturnCode == ConnectReturnCode.ServerUnavailable,
            _ => true,
        };
    }

    private void Change(MqttClientState to, MqttException? cause, int attempt, TimeSpan? delay, bool sessionPresent = false)
    {
        MqttClientState from;
        lock (core.Gate)
        {
            from = core.State;
            if (from is MqttClientState.Disconnecting or MqttClientState.Closed) return;
            core.State = to;
        }

        Tell(new MqttStateChange(from, to, cause, attempt, delay, sessionPresent));
    }

    private void Tell(MqttStateChange change)
    {
        if (core.Options.Log is not null || RawMqttEventSource.Log.IsEnabled())
        {
            string when = change.NextDelay is TimeSpan delay ? $", next attempt in {delay.TotalSeconds:0.0} s" : "";
            core.Log(change.Cause is null ? MqttLogLevel.Information : MqttLogLevel.Warning, $"{change.From} -> {change.To}{when}{(change.Cause is null ? "" : ": " + change.Cause.Message)}");
        }

        try
        {
            changed(change);
        }
        catch (Exception failure) // whatever the application's code throws, the client lives on
        {
            core.Log(MqttLogLevel.Error, $"StateChanged threw {failure.GetType().Name}: {failure.Message}");
        }
    }

    /// <summary>There will be no further connection: whoever waits for one is told why.</summary>
    private MqttException Finish(MqttException reason)
    {
        MqttClientState from;
        MqttClientState to;
        MqttException end;
        MqttSubscription[] subscriptions;
        lock (core.Gate)
        {
            from = core.State;
            end = core.End ??= reason;
            core.State = to = end.Code == MqttErrorCode.Disposed ? MqttClientState.Closed : MqttClientState.Disconnected;
            core.Outgoing.FailAll(end);
            core.Subscriptions.FailAll(end);
            subscriptions = core.Subscriptions.TakeAll();
        }

        bool onPurpose = end.Code is MqttErrorCode.Disposed or MqttErrorCode.NotConnected;
        foreach (MqttSubscription subscription in subscriptions) subscription.Complete(onPurpose ? null : end.Copy());
        Tell(new MqttStateChange(from, to, onPurpose ? null : end, delays.Failures, null, false));
        return end;
    }
}
