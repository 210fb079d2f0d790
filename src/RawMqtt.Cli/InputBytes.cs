// SPDX-License-Identifier: MIT

namespace RawMqtt.Cli;

/// <summary>Reads a stream of input as bytes, whole or by lines. Waiting for more can be cancelled, unlike in the console's own reader.</summary>
internal sealed class InputBytes(Stream stream) : IDisposable
{
    private byte[] buffer = new byte[64 * 1024];
    private int start;
    private int searched;
    private int end;

    public static InputBytes Standard() => new(StandardStreams.OpenInput());

    /// <summary>Gets how many bytes were given out.</summary>
    public long Consumed { get; private set; }

    /// <summary>Gets whether a whole line has arrived, so that <see cref="ReadLineAsync"/> does not wait.</summary>
    public bool HasLine => buffer.AsSpan(start, end - start).Contains((byte)'\n');

    /// <summary>Returns the bytes before the next 0x0A, or before the end; null at the end. They are valid until the next call.</summary>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadLineAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            int length = buffer.AsSpan(searched, end - searched).IndexOf((byte)'\n');
            if (length >= 0) return Take(searched + length, 1);
            searched = end;
            if (await FillAsync(cancellationToken)) continue;
            if (start == end) return null;
            return Take(end, 0);
        }
    }

    public async Task<byte[]> ReadToEndAsync(CancellationToken cancellationToken)
    {
        while (await FillAsync(cancellationToken))
        {
        }

        return buffer[start..end];
    }

    public void Dispose() => stream.Dispose();

    private ReadOnlyMemory<byte> Take(int lineEnd, int separator)
    {
        ReadOnlyMemory<byte> line = buffer.AsMemory(start, lineEnd - start);
        start = searched = lineEnd + separator;
        Consumed += line.Length + separator;
        return line;
    }

    private async Task<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (end == buffer.Length) MakeRoom();
        int count = await Task.Run(() => stream.Read(buffer, end, buffer.Length - end), CancellationToken.None).WaitAsync(cancellationToken);
        end += count;
        return count > 0;
    }

    private void MakeRoom()
    {
        byte[] roomier = start > buffer.Length / 2 ? buffer : new byte[Math.Min(Array.MaxLength, 2L * buffer.Length)];
        buffer.AsSpan(start, end - start).CopyTo(roomier);
        (buffer, end, searched, start) = (roomier, end - start, searched - start, 0);
    }
}
