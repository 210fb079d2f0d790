// SPDX-License-Identifier: MIT

using Microsoft.Win32.SafeHandles;

namespace RawMqtt.Transports;

/// <summary>A device of the system that gives random bytes, opened once: later shortage of handles does not reach it.</summary>
/// <remarks>Threads may share it.</remarks>
internal sealed class EntropyDevice : IDisposable
{
    private readonly string path;
    private readonly SafeFileHandle handle;

    /// <exception cref="IOException">The path cannot be opened or names a file with a length, which would give the same bytes each time.</exception>
    public EntropyDevice(string path)
    {
        this.path = path;
        try
        {
            handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException(e.Message, e);
        }

        if (RandomAccess.GetLength(handle) == 0) return;
        handle.Dispose();
        throw new IOException($"{path} is a file, not the system's generator of random bytes. Without that, no connection is made.");
    }

    /// <exception cref="EndOfStreamException">The device gives no more bytes.</exception>
    public void Fill(Span<byte> bytes)
    {
        while (bytes.Length > 0) // the system may give less than was asked for
        {
            int read = RandomAccess.Read(handle, bytes, fileOffset: 0);
            if (read == 0) throw new EndOfStreamException($"{path} gives no random bytes. Without them, no connection is made.");
            bytes = bytes[read..];
        }
    }

    public void Dispose() => handle.Dispose();
}
