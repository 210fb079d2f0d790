// SPDX-License-Identifier: MIT

using RawMqtt.Storage;

namespace RawMqtt.Tests.Storage;

/// <summary>An empty folder that takes everything and keeps nothing.</summary>
internal sealed class NullDisk : IJournalDisk
{
    public IEnumerable<string> List() => [];

    public long LengthOf(string name) => 0;

    public void Create(string name)
    {
    }

    public void Write(string name, long offset, ReadOnlySpan<byte> bytes)
    {
    }

    public int Read(string name, long offset, Span<byte> destination) => 0;

    public void Cut(string name, long length)
    {
    }

    public void Sync(string name)
    {
    }

    public void SyncFolder()
    {
    }

    public void Rename(string name, string newName)
    {
    }

    public void Delete(string name)
    {
    }
}
