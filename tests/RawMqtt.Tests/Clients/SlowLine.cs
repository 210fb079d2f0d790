// SPDX-License-Identifier: MIT

using System.Buffers;
using RawMqtt.Codec;
using RawMqtt.Sessions;

namespace RawMqtt.Tests.Clients;

/// <summary>A line to a small server in memory: it carries what the client writes when the test says so. What comes back is there at once.</summary>
/// <param name="buffersAll">Whether a write ends at once, as if the system held the bytes; otherwise when they were carried, unless it is short.</param>
internal sealed class SlowLine(bool buffersAll) : Stream
{
    private readonly Lock gate = new();
    private readonly List<byte> onTheWay = [];
    private readonly List<byte> arrived = [];
    private readonly List<byte> answers = [];
    private TaskCompletionSource? written;
    private TaskCompletionSource? readable;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Whether all was read, and more is waited for.</summary>
    public bool IsReaderWaiting
    {
        get
        {
            lock (gate) return readable is not null;
        }
    }

    /// <summary>Whether a write was cancelled.</summary>
    public bool IsGivenUp { get; private set; }

    /// <summary>PUBLISHes that have arrived.</summary>
    public int Published { get; private set; }

    /// <summary>The most bytes of one write.</summary>
    public int LargestWrite { get; private set; }

    /// <summary>Carries bytes to the server, which answers whole packets.</summary>
    public void Carry(int bytes)
    {
        TaskCompletionSource? wrote = null;
        TaskCompletionSource? mayRead = null;
        lock (gate)
        {
            bytes = Math.Min(bytes, onTheWay.Count);
            arrived.AddRange(onTheWay[..bytes]);
            onTheWay.RemoveRange(0, bytes);
            if (onTheWay.Count == 0) (wrote, written) = (written, null);
            Answer();
            if (answers.Count > 0) (mayRead, readable) = (readable, null);
        }

        wrote?.TrySetResult();
        mayRead?.TrySetResult();
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        lock (gate)
        {
            LargestWrite = Math.Max(LargestWrite, buffer.Length);
            onTheWay.AddRange(buffer.Span);
            if (buffersAll || buffer.Length < 100) return default; // DISCONNECT ends its write although nothing is carried any more
            cancellationToken.UnsafeRegister(_ => IsGivenUp = true, null);
            written = new TaskCompletionSource();
            return new ValueTask(written.Task.WaitAsync(cancellationToken));
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            Task wait;
            lock (gate)
            {
                if (answers.Count > 0)
                {
                    int count = Math.Min(buffer.Length, answers.Count);
                    answers[..count].ToArray().CopyTo(buffer);
                    answers.RemoveRange(0, count);
                    return count;
                }

                readable ??= new TaskCompletionSource();
                wait = readable.Task;
            }

            await wait.WaitAsync(cancellationToken);
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private void Answer()
    {
        var output = new OutgoingBuffer();
        var reader = new PacketReader(arrived.ToArray(), MqttRole.Client);
        while (reader.Read() == OperationStatus.Done)
        {
            if (reader.Header.Type == PacketType.Publish) Published++;
            SmallServer.AcknowledgeAll(new Received(reader.Header, reader.Body.ToArray()), output);
        }

        arrived.RemoveRange(0, reader.Consumed);
        answers.AddRange(output.Written.Span);
        output.Clear();
    }
}
