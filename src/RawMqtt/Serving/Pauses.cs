// SPDX-License-Identifier: MIT

using RawMqtt.Brokers;
using RawMqtt.Transports;

namespace RawMqtt.Serving;

/// <summary>Waits while the core takes nothing from a connection: for a hook's answer, or for the turns of other connections.</summary>
internal sealed class Pauses(LockedCore core, BrokerHooks hooks)
{
    private const int MaxYields = 1000;

    /// <summary>Waits until the core takes from the connection again.</summary>
    /// <param name="connection">A connection that is paused, or was until another thread resumed it.</param>
    /// <param name="unused">The bytes that were read and not used.</param>
    public async ValueTask WaitAsync(ServedConnection connection, ReadOnlyMemory<byte> unused)
    {
        if (connection.Connection.Pause == Pause.Asks)
        {
            await AskAsync(connection, unused).ConfigureAwait(false);
            return;
        }

        await GiveWayAsync().ConfigureAwait(false);
    }

    /// <summary>Returns what completes when a connection that is held back may go on; null if it is not held back.</summary>
    public Task? ResumedOf(ServedConnection connection)
    {
        lock (core.Gate)
        {
            if (connection.Connection.Pause != Pause.Held) return null;
            connection.Resumed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return connection.Resumed.Task;
        }
    }

    /// <summary>Lets other connections go first, if any wait: for a thread, or for the lock, which does not keep their order.</summary>
    /// <remarks>Yields to nobody cost a flood a quarter of its messages.</remarks>
    private async ValueTask GiveWayAsync()
    {
        if (!Poller.IsPolling && ThreadPool.PendingWorkItemCount == 0 && !core.IsWaitedFor) return; // a poller cannot tell who waits
        int yields = 0;
        do await Poller.GiveWay();
        while (core.IsWaitedFor && ++yields < MaxYields);
    }

    /// <summary>Lets the application answer the packet that the connection waits with.</summary>
    private async ValueTask AskAsync(ServedConnection connection, ReadOnlyMemory<byte> unused)
    {
        var asking = new CancellationTokenSource();
        lock (core.Gate)
        {
            if (connection.Connection.End is not null) return;
            (connection.Asking, connection.AskedAt) = (asking, core.Now);
        }

        if (Poller.IsPolling) await Task.Yield(); // a hook of the application may block
        HookAnswer answer = await hooks.AnswerAsync(connection, unused, asking.Token).ConfigureAwait(false);
        lock (core.Gate)
        {
            connection.Asking = null;
            BrokerCore.Answer(connection.Connection, answer);
        }
    }
}
