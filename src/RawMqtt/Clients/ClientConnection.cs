// SPDX-License-Identifier: MIT

using RawMqtt.Transports;
using RawMqtt.WebSockets;

namespace RawMqtt.Clients;

/// <summary>One network connection of a client, from its first packet until its stream is closed.</summary>
internal sealed class ClientConnection(
    Stream stream, ConnectionReader reader, ConnectionWriter writer, ClientGate gate, TaskCompletionSource<bool> accepted,
    TimeProvider time, bool isStreamSupplied)
{
    /// <summary>The time that a stream may take to notice that its token was cancelled, and again to notice that it was closed.</summary>
    private static readonly TimeSpan ReadEndTime = TimeSpan.FromSeconds(1);

    /// <summary>The time that a stream of the application may take to close.</summary>
    private static readonly TimeSpan CloseTime = TimeSpan.FromSeconds(10);

    private readonly TaskCompletionSource<MqttException> givenUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock closingGate = new();
    private Task? closing;

    /// <summary>Completes when CONNACK has accepted, with Session Present. Fails when the connection ends before.</summary>
    public Task<bool> Accepted => accepted.Task;

    /// <summary>The first bytes of what could not be read as packets: at most 512.</summary>
    public byte[] Refused => reader.Refused;

    public ConnectionWriter Writer => writer;

    /// <summary>Ends the connection; <see cref="RunAsync"/> returns with the first reason that was given.</summary>
    public void Fail(MqttException reason) => writer.Ending.Fail(reason);

    /// <summary>Reads until the connection ends, and returns the reason.</summary>
    public async Task<MqttException> RunAsync()
    {
        MqttException reason;
        Task<MqttException> reading = reader.RunAsync();
        try
        {
            using (writer.Ending.Token.UnsafeRegister(_ => _ = EndReadingAsync(reading), null))
            {
                reason = await await Task.WhenAny(reading, givenUp.Task).ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            reason = exception is WebSocketViolationException violation ? ServerClose.Of(violation) : exception as MqttException
                ?? new MqttException(MqttErrorCode.ConnectionLost, $"The network connection broke: {exception.Message}", exception);
        }

        lock (gate.Lock)
        {
            reason = writer.Ending.SetReason(reason);
            if (gate.Writer == writer) gate.Writer = null; // what is published from now on waits for the next connection
            writer.ReleaseWaiting();
        }

        accepted.TrySetException(reason);
        _ = accepted.Task.Exception; // observed, in case that no caller awaits it
        await writer.Ending.CancelAsync().ConfigureAwait(false);
        return reason;
    }

    /// <summary>Closes the network connection: after a DISCONNECT in a way that lets it arrive, and at once if the server is gone.</summary>
    public Task CloseAsync()
    {
        lock (closingGate) return closing ??= CloseOnceAsync(); // a second one would read beside the first
    }

    private async Task CloseOnceAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // the stream may be the application's: not under a lock
        MqttErrorCode? code = writer.Ending.Reason?.Code;
        try
        {
            bool isGone = code is MqttErrorCode.ConnectionLost or MqttErrorCode.KeepAliveExpired;
            if (isGone && stream is WebSocketStream webSocket and not { CloseCode: CloseCode.AbnormalClosure, IsWithinMessage: true })
            {
                webSocket.Abort(); // without a closing handshake
                return;
            }

            if (code is MqttErrorCode.NotConnected or MqttErrorCode.Disposed && stream is not WebSocketStream && !isStreamSupplied)
            {
                await TransportEnd.ShutDownSendingAsync(stream).ConfigureAwait(false);
                await TransportEnd.DrainAsync(stream).ConfigureAwait(false);
            }

            if (stream is WebSocketStream open) await ClientCloseCode.CloseAsync(open, writer.Ending.Reason).WaitAsync(CloseTime, time).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // the stream was broken before
        }

        await DisposeStreamAsync().WaitAsync(CloseTime, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task DisposeStreamAsync() => await stream.DisposeAsync().ConfigureAwait(false);

    /// <summary>Closes a stream that ignores its token while it is being read, and stops waiting for it if it ignores that too.</summary>
    private async Task EndReadingAsync(Task reading)
    {
        await reading.WaitAsync(ReadEndTime, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (reading.IsCompleted) return;
        await CloseAsync().ConfigureAwait(false);
        await reading.WaitAsync(ReadEndTime, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (reader.IsWaiting) givenUp.TrySetResult(ConnectFaults.StreamGivenUp());
    }
}
