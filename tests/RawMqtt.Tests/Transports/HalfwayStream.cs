// SPDX-License-Identifier: MIT

namespace RawMqtt.Tests.Transports;

/// <summary>Takes half of a write at once and the rest when it is let, or never when that write is cancelled: a socket whose peer does not read.</summary>
internal sealed class HalfwayStream : MemoryStream
{
    private TaskCompletionSource open = new();

    public string Taken => Convert.ToHexString(ToArray());

    public void Open() => open.SetResult();

    public void Shut() => open = new TaskCompletionSource();

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        int half = buffer.Length / 2;
        Write(buffer.Span[..half]);
        await open.Task.WaitAsync(cancellationToken);
        Write(buffer.Span[half..]);
    }
}
