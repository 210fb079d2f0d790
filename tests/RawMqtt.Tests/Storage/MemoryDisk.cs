// SPDX-License-Identifier: MIT

using RawMqtt.Storage;

namespace RawMqtt.Tests.Storage;

/// <summary>Files in memory, that know which bytes are on the disk, and refuse what a test tells them to refuse.</summary>
internal sealed class MemoryDisk : IJournalDisk
{
    private readonly SortedDictionary<string, MemoryFile> files = new(StringComparer.Ordinal);
    private SortedDictionary<string, MemoryFile> onDisk = new(StringComparer.Ordinal);

    /// <summary>Whether a call fails: its name and the file.</summary>
    public Func<string, string, bool> Refuses { get; set; } = (_, _) => false;

    /// <summary>Why a file cannot be read; null if it can.</summary>
    public Func<string, Exception?> ReadFault { get; set; } = _ => null;

    /// <summary>The calls that succeeded.</summary>
    public List<string> Calls { get; } = [];

    /// <summary>The bytes of a file, for tests that change them.</summary>
    public byte[] this[string name]
    {
        get => files[name].Bytes;
        set => files[name] = new MemoryFile { Bytes = value, Synced = value };
    }

    public MemoryDisk Copy()
    {
        var copy = new MemoryDisk();
        foreach ((string name, MemoryFile file) in files) copy[name] = [.. file.Bytes];
        return copy;
    }

    /// <summary>What is left after the power failed: files as of the last sync of the folder, bytes as of the last sync of each.</summary>
    /// <param name="torn">Decides of later changes of the folder, and of each sector of later bytes, whether they are there nevertheless; null: none
    /// is.</param>
    public MemoryDisk AfterPowerLoss(Random? torn = null)
    {
        var copy = new MemoryDisk();
        SortedDictionary<string, MemoryFile> left = torn?.Next(2) == 1 ? files : onDisk;
        foreach ((string name, MemoryFile file) in left)
        {
            copy[name] = torn is null || file.Dropped is not null ? [.. file.Synced] : Torn(file, torn);
        }

        return copy;
    }

    public IEnumerable<string> List() => files.Keys;

    public long LengthOf(string name) => files[name].Bytes.Length;

    public void Create(string name)
    {
        Call(nameof(Create), name);
        files[name] = new MemoryFile();
    }

    public void Write(string name, long offset, ReadOnlySpan<byte> bytes)
    {
        MemoryFile file = files[name];
        bool refuses = Refuses(nameof(Write), name);
        int count = refuses ? bytes.Length / 2 : bytes.Length;
        byte[] grown = new byte[Math.Max(file.Bytes.Length, offset + count)];
        file.Bytes.CopyTo(grown, 0);
        bytes[..count].CopyTo(grown.AsSpan((int)offset));
        file.Bytes = grown;
        Call(nameof(Write), name, refuses);
    }

    public int Read(string name, long offset, Span<byte> destination)
    {
        if (ReadFault(name) is { } fault) throw fault;
        ReadOnlySpan<byte> bytes = files[name].Bytes.AsSpan((int)Math.Min(offset, files[name].Bytes.Length));
        int count = Math.Min(bytes.Length, destination.Length);
        bytes[..count].CopyTo(destination);
        return count;
    }

    public void Cut(string name, long length)
    {
        Call(nameof(Cut), name);
        files[name].Bytes = files[name].Bytes[..(int)length];
    }

    /// <summary>A sync that fails drops what it should have written, and the next one does not say so.</summary>
    public void Sync(string name)
    {
        MemoryFile file = files[name];
        bool refuses = Refuses(nameof(Sync), name);
        if (refuses) file.Dropped = file.Synced;
        Call(nameof(Sync), name, refuses);
        file.Synced = file.Dropped ?? [.. file.Bytes];
    }

    public void SyncFolder()
    {
        Call(nameof(SyncFolder), "");
        onDisk = new SortedDictionary<string, MemoryFile>(files, StringComparer.Ordinal);
    }

    public void Rename(string name, string newName)
    {
        Call(nameof(Rename), name);
        files.Remove(name, out MemoryFile? file);
        files[newName] = file!;
    }

    public void Delete(string name)
    {
        Call(nameof(Delete), name);
        files.Remove(name);
    }

    private static byte[] Torn(MemoryFile file, Random torn)
    {
        const int Sector = 64;
        byte[] left = new byte[torn.Next(2) == 1 ? file.Bytes.Length : Math.Min(file.Bytes.Length, file.Synced.Length)];
        for (int at = 0; at < left.Length; at += Sector)
        {
            byte[] from = torn.Next(2) == 1 ? file.Bytes : file.Synced;
            if (from.Length > at) from.AsSpan(at, Math.Min(Sector, Math.Min(from.Length, left.Length) - at)).CopyTo(left.AsSpan(at));
        }

        return left;
    }

    private void Call(string call, string name) => Call(call, name, Refuses(call, name));

    private void Call(string call, string name, bool refuses)
    {
        if (refuses) throw new IOException($"{call} of {name} is refused.");
        Calls.Add($"{call} {name}".Trim());
    }

    private sealed class MemoryFile
    {
        public byte[] Bytes { get; set; } = [];

        public byte[] Synced { get; set; } = [];

        public byte[]? Dropped { get; set; }
    }
}
