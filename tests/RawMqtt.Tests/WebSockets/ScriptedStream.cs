// SPDX-License-Identifier: MIT

namespace RawMqtt.Tests.WebSockets;

/// <summary>A stream that gives what it was told to give, then the end, and keeps and counts what is written.</summary>
internal sealed class ScriptedStream(byte[] script, int largestRead = int.MaxValue) : Stream
{
    private int at;

    public List<byte> Written { get; } = [];

    public int Reads { get; private set; }

    public int Unread => script.Length - at;

    public int Writes { get; private set; }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Reads++;
        int length = Math.Min(Math.Min(buffer.Length, largestRead), script.Length - at);
        script.AsMemory(at, length).CopyTo(buffer);
        at += length;
        return new ValueTask<int>(length);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Writes++;
        Written.AddRange(buffer.Span);
        return default;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
