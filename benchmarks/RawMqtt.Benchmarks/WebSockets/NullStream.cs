// SPDX-License-Identifier: MIT

namespace RawMqtt.Benchmarks.WebSockets;

/// <summary>Takes everything, and gives the same bytes for ever.</summary>
internal class NullStream(byte[] script) : Stream
{
    private int at;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (at == script.Length)
            at = 0;
        int length = Math.Min(buffer.Length, script.Length - at);
        script.AsSpan(at, length).CopyTo(buffer.Span);
        at += length;
        return new ValueTask<int>(length);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => default;

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
