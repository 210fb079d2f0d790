// SPDX-License-Identifier: MIT

using RawMqtt.Storage;

namespace RawMqtt.Tests.Simulation;

/// <summary>The disk of a simulated broker: it tears writes, loses what was not synced when the power fails, and fails at times.</summary>
internal sealed class BrokerDisk(World world) : IJournalDisk
{
    private readonly SortedDictionary<string, File> files = new(StringComparer.Ordinal);
    private SortedDictionary<string, File> listed = new(StringComparer.Ordinal); // as of the last sync of the folder
    private double failures;
    private bool isDead;

    public long FreeSpace => long.MaxValue;

    public long Length => files.Values.Sum(file => (long)file.Bytes.Count);

    /// <summary>From now on, so many of the calls fail.</summary>
    public void Fail(double share) => failures = share;

    /// <summary>The process is being killed: the write that is under way may be torn, and nothing happens after it.</summary>
    public void Die() => isDead = true;

    /// <summary>The next process begins.</summary>
    /// <param name="hasPowerFailed">Whether only what was synced is sure to be there.</param>
    public void StartAnew(bool hasPowerFailed)
    {
        isDead = false;
        failures = 0;
        if (!hasPowerFailed) return;
        files.Clear();
        foreach ((string name, File file) in listed) files[name] = file;
        foreach (File file in files.Values)
        {
            int kept = file.Synced + (int)(world.Random.NextDouble() * (file.Bytes.Count - file.Synced + 1));
            if (kept < file.Bytes.Count) file.Bytes.RemoveRange(kept, file.Bytes.Count - kept);
            for (int i = file.Synced; i < file.Bytes.Count; i++)
            {
                if (file.IsDropped || world.Chance(0.01)) file.Bytes[i] = 0;
            }

            file.Synced = file.Bytes.Count;
            file.IsDropped = false;
        }

        listed = new SortedDictionary<string, File>(files, StringComparer.Ordinal);
    }

    public IEnumerable<string> List() => [.. files.Keys];

    public long LengthOf(string name) => files[name].Bytes.Count;

    public void Create(string name)
    {
        Call(nameof(Create));
        files[name] = new File();
    }

    public void Write(string name, long offset, ReadOnlySpan<byte> bytes)
    {
        bool fails = isDead || world.Chance(failures);
        if (fails) bytes = bytes[..(int)(world.Random.NextDouble() * bytes.Length)];
        List<byte> all = files[name].Bytes;
        while (all.Count < offset) all.Add(0);
        if (all.Count > offset) all.RemoveRange((int)offset, Math.Min(bytes.Length, all.Count - (int)offset));
        all.InsertRange((int)offset, bytes.ToArray());
        if (fails) throw new IOException("the write fails");
    }

    public int Read(string name, long offset, Span<byte> destination)
    {
        List<byte> all = files.TryGetValue(name, out File? file) ? file.Bytes : throw new IOException("no such file");
        int count = (int)Math.Clamp(all.Count - offset, 0, destination.Length);
        for (int i = 0; i < count; i++) destination[i] = all[(int)offset + i];
        return count;
    }

    public void Cut(string name, long length)
    {
        Call(nameof(Cut));
        File file = files[name];
        if (length < file.Bytes.Count) file.Bytes.RemoveRange((int)length, file.Bytes.Count - (int)length);
        file.Synced = Math.Min(file.Synced, file.Bytes.Count);
    }

    /// <summary>A sync that fails drops what it should have written, and the next one succeeds without it, as on Linux.</summary>
    public void Sync(string name)
    {
        File file = files[name];
        if (isDead || world.Chance(failures))
        {
            file.IsDropped = true;
            throw new IOException("the sync fails");
        }

        if (!file.IsDropped) file.Synced = file.Bytes.Count;
    }

    public void SyncFolder()
    {
        Call(nameof(SyncFolder));
        listed = new SortedDictionary<string, File>(files, StringComparer.Ordinal);
    }

    public void Rename(string name, string newName)
    {
        Call(nameof(Rename));
        files.Remove(name, out File? file);
        files[newName] = file!;
    }

    public void Delete(string name)
    {
        Call(nameof(Delete));
        files.Remove(name);
    }

    private void Call(string call)
    {
        if (isDead || world.Chance(failures)) throw new IOException($"{call} fails");
    }

    private sealed class File
    {
        public List<byte> Bytes { get; } = [];

        /// <summary>Bytes that are sure to be there after a loss of power.</summary>
        public int Synced { get; set; }

        /// <summary>A sync failed: what it should have written never reaches the disk.</summary>
        public bool IsDropped { get; set; }
    }
}
