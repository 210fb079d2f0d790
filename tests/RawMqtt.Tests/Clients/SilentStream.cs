// SPDX-License-Identifier: MIT

namespace RawMqtt.Tests.Clients;

/// <summary>The stream of a server that accepts CONNECT, sends what the test gives it, and takes nothing more: writes after the first never end.</summary>
internal sealed class SilentStream(byte[] packets, int times) : Stream
{
    private readonly TaskCompletionSource connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int accepted;
    private int left = times;
    private long total;

    /// <summary>The bytes that the client has read.</summary>
    public long Total => Volatile.Read(ref total);

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await connected.Task.WaitAsync(cancellationToken);
        if (accepted == 1 && left == 0) await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken); // until it is cancelled
        if (buffer.IsEmpty) return 0;
        byte[] next = packets;
        if (Interlocked.Exchange(ref accepted, 1) == 0) next = [0x20, 2, 0, 0];
        else left--;
        next.CopyTo(buffer);
        Volatile.Write(ref total, total + next.Length);
        return next.Length;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!connected.TrySetResult()) await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken); // until it is cancelled
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
