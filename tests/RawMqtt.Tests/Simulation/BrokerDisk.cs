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
        foreach (File file in files.Values) file.LosePower(world);
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
        files[name].Write((int)offset, bytes);
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
        files[name].Cut((int)length);
    }

    /// <summary>A sync that fails drops what it should have written, and the next one succeeds without it, as on Linux.</summary>
    public void Sync(string name)
    {
        bool fails = isDead || world.Chance(failures);
        files[name].Sync(fails);
        if (fails) throw new IOException("the sync fails");
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
        private readonly List<bool> isDirty = []; // of each byte: it must still be written
        private List<byte> onDisk = [];

        public List<byte> Bytes { get; private set; } = [];

        public void Write(int offset, ReadOnlySpan<byte> bytes)
        {
            for (int i = 0; i < bytes.Length; i++)
            {
                while (Bytes.Count <= offset + i) Bytes.Add(0);
                while (isDirty.Count <= offset + i) isDirty.Add(true);
                (Bytes[offset + i], isDirty[offset + i]) = (bytes[i], true);
            }
        }

        public void Cut(int length)
        {
            if (length >= Bytes.Count) return;
            Bytes.RemoveRange(length, Bytes.Count - length);
            isDirty.RemoveRange(length, isDirty.Count - length);
        }

        /// <summary>Bytes that a failed sync should have written count as written from then on.</summary>
        public void Sync(bool fails)
        {
            for (int i = 0; i < Bytes.Count; i++)
            {
                while (onDisk.Count <= i) onDisk.Add(0);
                if (isDirty[i] && !fails) onDisk[i] = Bytes[i];
                isDirty[i] = false;
            }

            if (!fails && onDisk.Count > Bytes.Count) onDisk.RemoveRange(Bytes.Count, onDisk.Count - Bytes.Count);
        }

        /// <summary>Of what was not synced a part is there, and some bytes of it may be missing.</summary>
        public void LosePower(World world)
        {
            int first = isDirty.IndexOf(true);
            int kept = first < 0 ? 0 : first + (int)(world.Random.NextDouble() * (Bytes.Count - first + 1));
            for (int i = Math.Max(0, first); i < kept; i++)
            {
                while (onDisk.Count <= i) onDisk.Add(0);
                if (isDirty[i] && !world.Chance(0.01)) onDisk[i] = Bytes[i];
            }

            Bytes = [.. onDisk];
            isDirty.Clear();
            isDirty.AddRange(Enumerable.Repeat(false, Bytes.Count));
        }
    }
}
