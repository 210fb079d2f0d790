// SPDX-License-Identifier: MIT

using System.Buffers;
using RawMqtt.Sessions;

namespace RawMqtt.Clients;

/// <summary>Reads what a connection's stream brings, has its packets taken, and has their messages delivered.</summary>
internal sealed class ConnectionReader(
    Stream stream, ConnectionWriter writer, Lock gate, ClientSession session, PacketIntake intake, MessageDelivery delivery)
{
    private const int BufferLength = 64 * 1024;

    private readonly ConnectionEnding ending = writer.Ending;
    private volatile bool isWaiting;

    /// <summary>Whether the reader waits for the stream, and not for the application.</summary>
    public bool IsWaiting => isWaiting;

    /// <summary>The first bytes of the read in which something could not be read as a packet: at most 512.</summary>
    public byte[] Refused { get; private set; } = [];

    /// <summary>Reads until the connection ends, and returns the reason.</summary>
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
                    await stream.ReadAsync(Memory<byte>.Empty, ending.Token).ConfigureAwait(false); // an idle connection holds no buffer
                    buffer = ArrayPool<byte>.Shared.Rent(BufferLength);
                    start = end = 0;
                }
                else
                {
                    buffer = MakeRoom(buffer, ref start, ref end);
                }

                int read = await stream.ReadAsync(buffer.AsMemory(end), ending.Token).ConfigureAwait(false);
                isWaiting = false;
                ending.Token.ThrowIfCancellationRequested(); // late bytes belong to no connection
                if (read == 0) return ServerClose.Of(stream, writer.LargestWrite, writer.LastSent);
                end += read;
                int first = start;
                while (intake.Take(buffer.AsSpan(start, end - start)))
                {
                    ValueTask delivered = delivery.DeliverAsync(intake.Messages, buffer.AsMemory(start, end - start));
                    if (!delivered.IsCompletedSuccessfully) await delivered.ConfigureAwait(false);
                    if (writer.Answers.AreTooMany) await WaitForAnswersToLeaveAsync().ConfigureAwait(false);
                    start += intake.Consumed;
                }

                if ((intake.Failure ?? delivery.FindFault()) is not MqttException reason) continue;
                Refused = buffer.AsSpan(first, Math.Min(512, end - first)).ToArray();
                return reason;
            }
        }
        finally
        {
            if (buffer.Length > 0) ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private Task WaitForAnswersToLeaveAsync()
    {
        lock (gate) return writer.Answers.WhenClearedAsync().WaitAsync(ending.Token);
    }

    /// <summary>Makes room behind the beginning of a packet, for at least the rest of it.</summary>
    private byte[] MakeRoom(byte[] buffer, ref int start, ref int end)
    {
        int needed = session.LengthOfNext(buffer.AsSpan(start, end - start));
        byte[] target = needed > buffer.Length ? ArrayPool<byte>.Shared.Rent(needed) : buffer;
        buffer.AsSpan(start, end - start).CopyTo(target);
        if (target != buffer) ArrayPool<byte>.Shared.Return(buffer);
        end -= start;
        start = 0;
        return target;
    }
}
