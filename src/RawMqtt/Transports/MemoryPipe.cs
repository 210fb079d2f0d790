// SPDX-License-Identifier: MIT

using System.IO.Pipelines;

namespace RawMqtt.Transports;

/// <summary>A pipe in memory with two ends: what is written to one is read from the other. Bounded: a writer waits for its reader.</summary>
internal sealed class MemoryPipe : Stream
{
    private const int Bound = 64 * 1024;

    private readonly Stream reads;
    private readonly Stream writes;

    private MemoryPipe(Pipe from, Pipe to)
    {
        reads = from.Reader.AsStream();
        writes = to.Writer.AsStream();
    }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public static (Stream, Stream) Create()
    {
        var options = new PipeOptions(pauseWriterThreshold: Bound, resumeWriterThreshold: Bound / 2, useSynchronizationContext: false);
        var there = new Pipe(options);
        var back = new Pipe(options);
        return (new MemoryPipe(there, back), new MemoryPipe(back, there));
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => reads.ReadAsync(buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        reads.ReadAsync(buffer, offset, count, cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => reads.Read(buffer, offset, count);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        writes.WriteAsync(buffer, cancellationToken);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        writes.WriteAsync(buffer, offset, count, cancellationToken);

    public override void Write(byte[] buffer, int offset, int count) => writes.Write(buffer, offset, count);

    public override Task FlushAsync(CancellationToken cancellationToken) => writes.FlushAsync(cancellationToken);

    public override void Flush() => writes.Flush();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            writes.Dispose();
            reads.Dispose();
        }

        base.Dispose(disposing);
    }
}
