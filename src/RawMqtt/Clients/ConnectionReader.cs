// SPDX-License-Identifier: MIT

using System.Buffers;

namespace RawMqtt.Clients;

/// <summary>Reads what a connection's stream brings, and gives it to <see cref="IncomingMessages"/>.</summary>
internal sealed class ConnectionReader(ClientCore core, ClientConnection connection, Stream stream)
{
    private const int BufferLength = 64 * 1024;

    private readonly IncomingMessages incoming = new(core, connection);
    private volatile bool isWaiting;

    /// <summary>Whether it waits for the stream, and not for the application.</summary>
    public bool IsWaiting => isWaiting;

    /// <summary>Where what could not be taken for packets begins: up to 16 bytes.</summary>
    public byte[] Refused { get; private set; } = [];

    /// <summary>Reads until the connection ends, and says why.</summary>
    public async Task<MqttException> RunAsync()
    {
        byte[] buffer = [];
        int start = 0;
        int end = 0;
        try
        {
            while (true)
            {
                isWaiting = true;
                if (start == end)
                {
                    if (buffer.Length > 0) ArrayPool<byte>.Shared.Return(buffer);
                    buffer = [];
                    await stream.ReadAsync(Memory<byte>.Empty, connection.Ended).ConfigureAwait(false); // an idle connection holds no buffer
                    buffer = ArrayPool<byte>.Shared.Rent(BufferLength);
                    start = end = 0;
                }
                else
                {
                    buffer = MakeRoom(buffer, ref start, ref end);
                }

                int read = await stream.ReadAsync(buffer.AsMemory(end), connection.Ended).ConfigureAwait(false);
                isWaiting = false;
                connection.Ended.ThrowIfCancellationRequested(); // what comes late belongs to no connection
                if (read == 0) return new MqttException(MqttErrorCode.ConnectionLost, "The server closed the connection.");
                end += read;
                while (incoming.Take(buffer.AsSpan(start, end - start)))
                {
                    ValueTask delivered = incoming.DeliverAsync(buffer.AsMemory(start, end - start));
                    if (!delivered.IsCompletedSuccessfully) await delivered.ConfigureAwait(false);
                    if (connection.Answers.AreTooMany) await WhenAnswersLeaveAsync().ConfigureAwait(false);
                    start += incoming.Consumed;
                }

                if (incoming.Failure is not MqttException reason) continue;
                Refused = buffer.AsSpan(start, Math.Min(16, end - start)).ToArray();
                return reason;
            }
        }
        finally
        {
            if (buffer.Length > 0) ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private Task WhenAnswersLeaveAsync()
    {
        lock (core.Gate) return connection.Answers.WhenLeavingAsync().WaitAsync(connection.Ended);
    }

    /// <summary>Room behind the beginning of a packet, for the rest of it at least.</summary>
    private byte[] MakeRoom(byte[] buffer, ref int start, ref int end)
    {
        int needed = core.Session.LengthOfNext(buffer.AsSpan(start, end - start));
        byte[] target = needed > buffer.Length ? ArrayPool<byte>.Shared.Rent(needed) : buffer;
        buffer.AsSpan(start, end - start).CopyTo(target);
        if (target != buffer) ArrayPool<byte>.Shared.Return(buffer);
        end -= start;
        start = 0;
        return target;
    }
}
