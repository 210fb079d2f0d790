// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Security.Authentication;
using RawMqtt.Brokers;
using RawMqtt.Transports;

namespace RawMqtt.Serving;

/// <summary>Reads from each connection and passes the bytes to the core, from the opening handshakes to the end.</summary>
/// <remarks>An idle connection waits with a read of no bytes and holds no buffer; in the middle of a packet it holds the bytes that it has.</remarks>
internal sealed class ReadLoop(LockedCore core, Admission admission, Pauses pauses, BrokerReports reports)
{
    /// <summary>Serves the connection until it ends.</summary>
    /// <param name="connection">A connection that was admitted.</param>
    /// <param name="open">Performs the opening handshakes and returns the stream that carries MQTT; null when the client was refused.</param>
    /// <remarks>All reading is one method, so that an idle connection keeps one state machine.</remarks>
    public async Task RunAsync(ServedConnection connection, Func<ServedConnection, Task<Stream?>> open)
    {
        byte[]? buffer = null;
        bool isDrained = true; // the last read brought less than there was room for
        try
        {
            Task<Stream?> opening = open(connection);
            open = null!; // frees the closure for the connection's lifetime
            connection.Stream = await opening.ConfigureAwait(false);
            if (connection.Stream is not null) admission.CountClient(connection);
            while (connection.Stream is not null)
            {
                if (connection.UnusedBytes == 0 || (isDrained && connection.UnusedBytes <= UnfinishedPackets.SmallRest))
                {
                    Resize(ref buffer, connection.UnusedBytes, connection.UnusedBytes);
                    ValueTask<int> waiting = connection.ReadAsync(Memory<byte>.Empty);
                    if (!waiting.IsCompleted) connection.Connection.BeginTurn();
                    await waiting.ConfigureAwait(false);
                    Resize(ref buffer, UnfinishedPackets.ReadBuffer, connection.UnusedBytes);
                }
                else if (connection.UnusedBytes == buffer!.Length || buffer.Length < UnfinishedPackets.ReadBuffer)
                {
                    // the core refuses packets above the limit by their header
                    Resize(ref buffer, Math.Max(2 * buffer.Length, UnfinishedPackets.ReadBuffer), connection.UnusedBytes);
                }

                ValueTask<int> reading = connection.ReadAsync(buffer.AsMemory(connection.UnusedBytes));
                if (!reading.IsCompleted) connection.Connection.BeginTurn(); // others go first while it waits
                int count = await reading.ConfigureAwait(false);
                if (count == 0 || CountDiscarded(connection, count)) break;
                isDrained = connection.UnusedBytes + count < buffer!.Length;
                connection.UnusedBytes += count;
                bool isPaused = Receive(connection, buffer);
                while (isPaused)
                {
                    if (connection.Connection.Pause == Pause.Asks && connection.UnusedBytes <= UnfinishedPackets.SmallRest)
                        Resize(ref buffer, connection.UnusedBytes, connection.UnusedBytes); // the wait may be long
                    if (connection.Connection.Pause == Pause.Held) await WaitWhileHeldAsync(connection, buffer!).ConfigureAwait(false);
                    else await pauses.WaitAsync(connection, buffer.AsMemory(0, connection.UnusedBytes)).ConfigureAwait(false);
                    isPaused = Receive(connection, buffer!);
                }
            }
        }
        catch (Exception e) when (TransportEnd.IsEnd(e) || e is AuthenticationException)
        {
            connection.Fault = e; // the peer is gone, broke a rule of WebSocket, or does not speak TLS
        }
        catch (Exception e) // a fault of the broker ends this connection and no other
        {
            reports.Faulted(connection, e);
        }

        if (buffer is not null) ArrayPool<byte>.Shared.Return(buffer);
        core.Remove(connection);
        admission.Release(connection);
        connection.Drop();
    }

    /// <summary>Waits until a connection that is held back may go on. What comes meanwhile goes to the core, which takes acknowledgements and PINGREQs
    /// of it; other packets wait in the buffer.</summary>
    private async ValueTask WaitWhileHeldAsync(ServedConnection connection, byte[] buffer)
    {
        int end = Math.Min(buffer.Length, connection.UnusedBytes + ReadAhead.MaxBytes);
        while (pauses.ResumedOf(connection) is { } resumed)
        {
            Task<int>? arriving = connection.UnusedBytes < end ? connection.BeginReadAhead() : null;
            bool isOver = arriving is null || await Task.WhenAny(resumed, arriving).ConfigureAwait(false) == resumed;
            if (isOver || !arriving!.IsCompletedSuccessfully || arriving.Result == 0) // the end of a client waits for its turn
            {
                await resumed.ConfigureAwait(false);
                return;
            }

            connection.UnusedBytes += await connection.ReadAsync(buffer.AsMemory(connection.UnusedBytes..end)).ConfigureAwait(false);
            Receive(connection, buffer);
        }
    }

    /// <summary>Passes the buffer to the core and moves what the core did not use to the start.</summary>
    /// <returns>Whether the core stopped within the buffer.</returns>
    private bool Receive(ServedConnection connection, byte[] buffer)
    {
        int filled = connection.UnusedBytes;
        int used = core.Receive(connection, buffer.AsSpan(0, filled), out bool isPaused);
        if (used > 0 && used < filled) buffer.AsSpan(used, filled - used).CopyTo(buffer);
        connection.UnusedBytes = filled - used;
        return isPaused;
    }

    /// <summary>Counts bytes that come after the end of a connection: they are read, so that no reset overtakes what was sent.</summary>
    /// <returns>Whether there were so many that the reset no longer matters.</returns>
    private static bool CountDiscarded(ServedConnection connection, int count)
    {
        if (connection.Connection.End is not null) connection.DiscardedBytes += count;
        return connection.DiscardedBytes > TransportEnd.MaxDrained;
    }

    /// <summary>Moves the first <paramref name="filled"/> bytes to a buffer of another length; none for the length 0.</summary>
    private static void Resize(ref byte[]? buffer, int length, int filled)
    {
        byte[]? other = length == 0 ? null : ArrayPool<byte>.Shared.Rent(length);
        buffer.AsSpan(0, filled).CopyTo(other);
        if (buffer is not null) ArrayPool<byte>.Shared.Return(buffer);
        buffer = other;
    }
}
