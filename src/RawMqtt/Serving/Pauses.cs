// SPDX-License-Identifier: MIT

using RawMqtt.Brokers;

namespace RawMqtt.Serving;

/// <summary>Waits while the core takes nothing from a connection: for a hook's answer, for slow subscribers, or for the turns of other connections.</summary>
internal sealed class Pauses(LockedCore core, BrokerHooks hooks)
{
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

        Task? resumed = null;
        lock (core.Gate)
        {
            if (connection.Connection.Pause == Pause.Held)
            {
                connection.Resumed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                resumed = connection.Resumed.Task;
            }
        }

        if (resumed is not null) await resumed.ConfigureAwait(false);
        else await Task.Yield(); // this connection's turn is over: other connections go first
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

        HookAnswer answer = await hooks.AnswerAsync(connection, unused, asking.Token).ConfigureAwait(false);
        lock (core.Gate)
        {
            connection.Asking = null;
            BrokerCore.Answer(connection.Connection, answer);
        }
    }
}
