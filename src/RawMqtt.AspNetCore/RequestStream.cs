// SPDX-License-Identifier: MIT

namespace RawMqtt.AspNetCore;

/// <summary>The stream of a request for a broker: disposing of it ends a read and a write that are under way, which those of the web server do not.</summary>
internal sealed class RequestStream : Stream
{
    private readonly CancellationTokenSource ended;
    private readonly Stream inner;
    private readonly Action abort;
    private int writing;

    /// <param name="inner">The web server's stream.</param>
    /// <param name="abort">Drops the request: for a peer that takes nothing.</param>
    /// <param name="aborted">The request was aborted.</param>
    public RequestStream(Stream inner, Action abort, CancellationToken aborted)
    {
        (this.inner, this.abort) = (inner, abort);
        ended = CancellationTokenSource.CreateLinkedTokenSource(aborted);
    }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!cancellationToken.CanBeCanceled) return await inner.ReadAsync(buffer, ended.Token).ConfigureAwait(false);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, ended.Token);
        return await inner.ReadAsync(buffer, either.Token).ConfigureAwait(false);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref writing);
        try
        {
            await inner.WriteAsync(buffer, ended.Token).ConfigureAwait(false);
            await inner.FlushAsync(ended.Token).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref writing);
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask; // each write does

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && !ended.IsCancellationRequested)
        {
            if (Volatile.Read(ref writing) > 0) abort();
            ended.Cancel();
        }

        base.Dispose(disposing);
    }
}
