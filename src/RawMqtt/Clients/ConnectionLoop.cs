// SPDX-License-Identifier: MIT

using RawMqtt.Codec;

namespace RawMqtt.Clients;

/// <summary>Makes one connection after another, for as long as the client is open.</summary>
#pragma warning disable CA1001 // a cancellation source without a timer holds nothing that needs disposal
internal sealed class ConnectionLoop(
    MqttClientOptions options, ConnectionOpener connections, Lock gate, SessionClock clock, ClientStatus status, ClientLog log,
    KeepAliveTimer keepAlive, StateChanges changes, ClientTermination termination)
#pragma warning restore CA1001
{
#pragma warning disable CA5394 // jitter needs no secret numbers
    private readonly ReconnectDelays delays = new(options.ReconnectDelay, options.MaxReconnectDelay, Random.Shared.NextDouble);
#pragma warning restore CA5394
    private readonly CancellationTokenSource stopping = new();
    private volatile TaskCompletionSource opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile TaskCompletionSource delayEnd = new();
    private int nextAddress;
    private int tooLargeInARow;

    /// <summary>Completes when a connection stands, or when none will.</summary>
    public Task Opened => opened.Task;

    /// <summary>Whether a connection has stood.</summary>
    public bool HasOpened { get; private set; }

    /// <summary>Completes when the last connection is closed.</summary>
    public Task Ended { get; private set; } = Task.CompletedTask;

    /// <summary>Begins when <paramref name="earlier"/> has completed, so that all changes are told in order.</summary>
    public void Start(Task earlier) => Ended = RunAsync(earlier);

    /// <summary>Ends the delay before the next attempt.</summary>
    public void EndDelay() => delayEnd.TrySetResult();

    /// <summary>Makes no further connection. The caller ends the present one.</summary>
    public void Stop() => stopping.CancelQuietly();

    private async Task RunAsync(Task earlier)
    {
        await earlier.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        changes.Tell(new MqttStateChange(MqttClientState.Disconnected, MqttClientState.Connecting, null, 1, null, false));
        MqttException cause;
        while (true)
        {
            cause = await RunOneAsync().ConfigureAwait(false);
            if (status.End is not null) break;
            status.LastFault = cause;
            if (!CanRetry(cause)) break;
            delayEnd = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            TimeSpan delay = IsFirstRound ? TimeSpan.Zero : delays.Next(); // [WS-7.2.3-1]
            if (opened.Task.IsCompleted) opened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Change(MqttClientState.Reconnecting, cause, delays.Failures, delay);
            await delayEnd.Task.WaitAsync(delay, options.TimeProvider, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stopping.IsCancellationRequested) break;
        }

        opened.TrySetException(termination.Finish(cause, delays.Failures));
        _ = opened.Task.Exception;
    }

    /// <summary>Makes one connection, and waits until it ends.</summary>
    /// <returns>Why it ended or did not come to be.</returns>
    private async Task<MqttException> RunOneAsync()
    {
        var steps = new ConnectSteps(options, log);
        ClientConnection? connection = null;
        Task<MqttException>? running = null;
        try
        {
            using var timeout = new CancellationTokenSource(options.ConnectTimeout, options.TimeProvider);
            using var either = new CancellationTokenSource(); // not linked, or callbacks of the application could throw in a timer
            using CancellationTokenRegistration late = timeout.Token.UnsafeRegister(_ => either.CancelQuietly(), null);
            using CancellationTokenRegistration stopped = stopping.Token.UnsafeRegister(_ => either.CancelQuietly(), null);
            try
            {
                connection = connections.Open(await steps.OpenStreamAsync(delays.NextAttempt, nextAddress, either.Token).ConfigureAwait(false));
                connections.SendConnect(connection, steps, delays.Kicks);
                running = connection.RunAsync();
                bool sessionPresent = await connection.Accepted.WaitAsync(either.Token).ConfigureAwait(false);
                timeout.CancelAfter(Timeout.InfiniteTimeSpan); // the stream may live as long as its token
                steps.LogTimes();
                keepAlive.Arm();
                Change(MqttClientState.Connected, null, 0, null, sessionPresent);
                HasOpened = true;
                opened.TrySetResult();
            }
            catch (OperationCanceledException) when (timeout.IsCancellationRequested && !stopping.IsCancellationRequested)
            {
                throw steps.TimedOut();
            }

            TimeSpan since = clock.Now;
            ClientConnection accepted = connection; // it may have been accepted after Stop looked for one to end
            using CancellationTokenRegistration stop = stopping.Token.UnsafeRegister(_ => accepted.Fail(status.End ?? ConnectFaults.Disconnected()), null);
            MqttException cause = await running.ConfigureAwait(false);
            delays.Lost(clock.Now - since);
            tooLargeInARow = delays.Kicks > 0 && cause.Code == MqttErrorCode.PacketTooLarge ? tooLargeInARow + 1 : 0;
            nextAddress++;
            MqttException judged = connections.Judge(cause);
            bool isKicked = judged == cause && delays.Kicks >= ReconnectDelays.KickLimit && cause.Code == MqttErrorCode.ConnectionLost;
            return isKicked ? ConnectFaults.Kicked(cause, delays.Kicks) : judged;
        }
        catch (Exception failure)
        {
            delays.Failed();
            nextAddress++;
            return ConnectFaults.NotConnected(connection is null ? failure : steps.Diagnose(connection.Refused, failure));
        }
        finally
        {
            if (connection is not null) await connections.EndAsync(connection, running).ConfigureAwait(false);
        }
    }

    /// <summary>Whether no connection has stood yet and some address was not tried.</summary>
    private bool IsFirstRound => !HasOpened && delays.Failures < options.Addresses.Count;

    /// <summary>Whether another attempt may have another outcome.</summary>
    private bool CanRetry(MqttException cause)
    {
        if (stopping.IsCancellationRequested) return false;
        if (!IsFirstRound && (options.ReconnectDelay <= TimeSpan.Zero || (!HasOpened && !options.RetryFirstConnect))) return false;
        return cause.Code switch
        {
            MqttErrorCode.InvalidAddress or MqttErrorCode.InvalidOptions => false,
            MqttErrorCode.PacketTooLarge => tooLargeInARow < ReconnectDelays.KickLimit, // the server sends it on each connection
            MqttErrorCode.ConnectRefused => cause.ReturnCode == ConnectReturnCode.ServerUnavailable,
            _ => true,
        };
    }

    private void Change(MqttClientState to, MqttException? cause, int attempt, TimeSpan? delay, bool sessionPresent = false)
    {
        MqttClientState from;
        lock (gate)
        {
            from = status.State;
            if (from is MqttClientState.Disconnecting or MqttClientState.Closed) return;
            status.State = to;
        }

        changes.Tell(new MqttStateChange(from, to, cause, attempt, delay, sessionPresent));
    }
}
