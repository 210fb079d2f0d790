// SPDX-License-Identifier: MIT

using RawMqtt.Sessions;
using RawMqtt.Sessions.Journal;
using RawMqtt.Storage;
using RawMqtt.Transports;

namespace RawMqtt.Clients;

/// <summary>Keeps a session in a file, so that it outlives the process: appends the records of a <see cref="SessionJournal"/> before what follows from them
/// is sent, and at times writes the file anew with what still counts.</summary>
/// <remarks>The file is one segment of a journal. A file of version 1 is read, and written anew at once.</remarks>
internal sealed class SessionFile : IThreadPoolWorkItem, IDisposable
{
    private const int SmallestRewrite = 1 << 20;

    private readonly Lock gate = new();
    private readonly Lock flushing = new();
    private readonly Lock clientGate;
    private readonly ClientLog log;
    private readonly string clientId;
    private readonly string path;
    private readonly RecordBuffer unsaved = new();
    private readonly FileStream lockFile; // held for the whole life: the file itself is replaced at times
    private FileStream file;
    private SegmentKey key;
    private long nextRecord;
    private long length;
    private long rewriteAt;
    private long onDisk;
    private int isSavedSoon;
    private bool mustRewrite; // a flush failed: no later one of this file is believed
    private bool isDisposed;

    private SessionFile(string path, string clientId, Lock clientGate, ClientLog log, out SavedSession saved)
    {
        this.path = path;
        this.clientId = clientId;
        this.clientGate = clientGate;
        this.log = log;
        FileStream? locked = null;
        FileStream? opened = null;
        try
        {
            lockFile = locked = JournalFiles.OpenAlone(path + ".lock");
            file = opened = JournalFiles.OpenAlone(path);
            saved = ReadAll();
            RequireOwner(saved);
            ReportDamage(saved);
            Rewrite(saved);
        }
        catch (Exception failure)
        {
            opened?.Dispose();
            locked?.Dispose();
            if (failure is IOException or UnauthorizedAccessException)
            {
                throw new MqttException(MqttErrorCode.InvalidOptions, $"The session file {path} cannot be used: {failure.Message}", failure);
            }
            throw;
        }

        Journal = new SessionJournal(saved.NextNumber);
    }

    public SessionJournal Journal { get; }

    /// <exception cref="MqttException">The file cannot be used, or belongs to another client.</exception>
    public static SessionFile Open(string path, string clientId, Lock clientGate, ClientLog log, out SavedSession saved) =>
        new(path, clientId, clientGate, log, out saved);

    /// <summary>Writes all records noted so far to the file, where they survive the end of the process, and does not wait for the disk.
    /// Do not call this while holding the client's gate.</summary>
    /// <exception cref="MqttException">The file could not be written; the records stay noted.</exception>
    public void Append()
    {
        lock (gate)
        {
            if (isDisposed) return;
            try
            {
                if (!file.CanWrite) Reopen(); // writing it anew failed half way
                if (unsaved.Length == 0) TakeNoted();
                for (; unsaved.Length > 0; TakeNoted())
                {
                    long next = Sealing.Seal(unsaved.Records, key, nextRecord);
                    RandomAccess.Write(file.SafeFileHandle, unsaved.Records, length); // a second try writes over the first
                    nextRecord = next;
                    length += unsaved.Length;
                    unsaved.Clear();
                }

                if (length >= rewriteAt || mustRewrite) Rewrite(ReadAllWritten());
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                throw NotWritten(failure);
            }
        }
    }

    /// <summary>Puts all records noted so far on the disk. Do not call this while holding the client's gate.</summary>
    /// <exception cref="MqttException">The file could not be written; the records stay noted.</exception>
    public void Save()
    {
        Append();
        FileStream saving;
        long target;
        lock (gate)
        {
            if (isDisposed || onDisk >= length) return;
            (saving, target) = (file, length);
        }

        try
        {
            lock (flushing)
            {
                if (saving == file && target <= Volatile.Read(ref onDisk)) return; // another thread's flush covered it
                if (Volatile.Read(ref mustRewrite)) throw new IOException("A flush of another thread has failed.");
                Flush(saving);
            }
        }
        catch (ObjectDisposedException)
        {
            return; // the file was written anew meanwhile, and that one is on the disk
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw NotWritten(failure);
        }

        lock (gate)
        {
            if (saving == file) onDisk = Math.Max(onDisk, target);
        }
    }

    /// <summary>Calls <see cref="Save"/> on the thread pool: no packet follows from what was noted.</summary>
    public void SaveSoon()
    {
        if (Interlocked.Exchange(ref isSavedSoon, 1) == 0) ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    public void Execute()
    {
        Volatile.Write(ref isSavedSoon, 0);
        try
        {
            Save();
        }
        catch (MqttException failure)
        {
            log.Write(MqttLogLevel.Error, failure.Message);
        }
    }

    /// <summary>Saves what was noted, and closes the file, so that another client can open it.</summary>
    public void Dispose()
    {
        Execute();
        lock (flushing)
            lock (gate)
            {
                file.Dispose();
                lockFile.Dispose();
                isDisposed = true;
            }
    }

    private MqttException NotWritten(Exception failure) =>
        new(MqttErrorCode.SessionFileFailed, $"The session file {path} could not be written: {failure.Message}", failure);

    private void RequireOwner(SavedSession saved)
    {
        if (saved.Header is { Version: > SegmentHeader.CurrentVersion } newer)
        {
            throw new MqttException(MqttErrorCode.InvalidOptions,
                $"The session file {path} has format version {newer.Version}, and this library reads versions up to {SegmentHeader.CurrentVersion}. "
                + "A newer one wrote it: use that one, or another file. The file is left as it is.");
        }
        if (saved.Length == 0 && file.Length > 0)
        {
            throw new MqttException(MqttErrorCode.InvalidOptions, $"The file {path} is no session file, and is left as it is.");
        }
        if (saved.Owner is null || saved.Owner == clientId) return;
        throw new MqttException(MqttErrorCode.InvalidOptions,
            $"The session file {path} belongs to the client \"{saved.Owner}\", not to \"{clientId}\". Use another file or that ClientId.");
    }

    /// <summary>Keeps a copy of a file that has bytes which are not believed, and says how many.</summary>
    private void ReportDamage(SavedSession saved)
    {
        if (saved.FirstUnbelieved is not int first) return;
        string copy = path + ".damaged";
        File.Delete(copy);
        using (FileStream target = JournalFiles.OpenAlone(copy))
        {
            file.Position = 0;
            file.CopyTo(target);
        }

        log.Write(
            MqttLogLevel.Warning,
            $"The session file {path} has {saved.Unbelieved} of {file.Length} bytes that are damaged or were not written to the end, from byte "
            + $"{first} on; the rest is used. {(saved.Gaps > 0 ? "A message may be lost, or come twice, at QoS 2 too. " : "")}The file as it was: {copy}");
    }

    private void TakeNoted()
    {
        lock (clientGate) Journal.Output.MoveTo(unsaved);
    }

    private SavedSession ReadAll()
    {
        byte[] records = new byte[file.Length];
        int read = 0;
        while (read < records.Length && RandomAccess.Read(file.SafeFileHandle, records.AsSpan(read), read) is int more and > 0) read += more;
        var saved = SavedSession.Read(records.AsSpan(0, read));
        (length, nextRecord, key) = (saved.Length, saved.NextRecord, saved.Header?.Key ?? default);
        return saved;
    }

    /// <summary>Reads what this process wrote, after a flush that failed too: then the system may have dropped some of it.</summary>
    private SavedSession ReadAllWritten()
    {
        (long written, long next) = (length, nextRecord);
        SavedSession saved = ReadAll();
        if (length == written && nextRecord == next && saved.Gaps == 0) return saved;
        (length, nextRecord) = (written, next);
        throw new IOException("What was written last does not come back from the disk.");
    }

    /// <summary>Waits for the disk. After a failure no later flush of this file is believed: what a failed flush should have written, the next one does not
    /// report.</summary>
    private void Flush(FileStream saving)
    {
        try
        {
            JournalFiles.Sync(saving.SafeFileHandle); // others append meanwhile
        }
        catch (IOException)
        {
            Volatile.Write(ref mustRewrite, true);
            throw;
        }
    }

    /// <summary>Replaces the file by one that holds only what still counts.</summary>
    private void Rewrite(SavedSession saved)
    {
        string next = path + ".new";
        File.Delete(next);
        using (FileStream target = JournalFiles.OpenAlone(next))
        {
            Write(saved, target);
            JournalFiles.Sync(target.SafeFileHandle);
        }

        file.Dispose();
        File.Move(next, path, overwrite: true);
        JournalFiles.SyncFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
        Reopen();
        onDisk = length;
        mustRewrite = false;
        rewriteAt = Math.Max(SmallestRewrite, 4 * length);
    }

    private void Write(SavedSession saved, FileStream target)
    {
        Span<byte> bytes = stackalloc byte[SegmentHeader.Length];
        Entropy.Fill(bytes[..SegmentKey.Length]);
        var header = new SegmentHeader(JournalOwner.Client, 1, new SegmentKey(bytes), 1);
        header.Write(bytes);
        target.Write(bytes);
        var records = new RecordBuffer();
        saved.WriteTo(records, clientId);
        Sealing.Seal(records.Records, header.Key, header.FirstNumber);
        target.Write(records.Records);
    }

    private void Reopen()
    {
        file = JournalFiles.OpenAlone(path);
        ReadAll();
    }
}
