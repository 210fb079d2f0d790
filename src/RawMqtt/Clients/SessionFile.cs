// SPDX-License-Identifier: MIT

using RawMqtt.Sessions;

namespace RawMqtt.Clients;

/// <summary>Keeps a session in a file, so that it outlives the process: appends the records of a <see cref="SessionJournal"/> before what follows from them
/// is sent,
/// and at times writes the file anew with what still counts.</summary>
internal sealed class SessionFile : IThreadPoolWorkItem, IDisposable
{
    private const int SmallestRewrite = 1 << 20;

    private readonly Lock gate = new();
    private readonly Lock flushing = new();
    private readonly Lock clientGate;
    private readonly ClientLog log;
    private readonly string clientId;
    private readonly string path;
    private OutgoingBuffer unsaved = new();
    private readonly FileStream lockFile; // held for the whole life: the file itself is replaced at times
    private FileStream file;
    private long length;
    private long rewriteAt;
    private long onDisk;
    private int isSavedSoon;
    private bool isDisposed;

    /// <exception cref="MqttException">The file cannot be used, or belongs to another client.</exception>
    public SessionFile(string path, string clientId, Lock clientGate, ClientLog log, out SavedSession saved)
    {
        this.path = path;
        this.clientId = clientId;
        this.clientGate = clientGate;
        this.log = log;
        FileStream? locked = null;
        FileStream? opened = null;
        try
        {
            lockFile = locked = Open(path + ".lock");
            file = opened = Open(path);
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
                if (unsaved.Length == 0) TakeNoted();
                for (; unsaved.Length > 0; TakeNoted())
                {
                    if (!file.CanWrite) Reopen();
                    RandomAccess.Write(file.SafeFileHandle, unsaved.Written.Span, length); // a second try writes over the first
                    length += unsaved.Length;
                    unsaved.Clear();
                }

                if (length >= rewriteAt) Rewrite(ReadAll());
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
                RandomAccess.FlushToDisk(saving.SafeFileHandle); // others append meanwhile
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
        if (saved.Unbelieved == 0) return;
        string copy = path + ".damaged";
        using (FileStream target = new(copy, FileMode.Create, FileAccess.Write))
        {
            file.Position = 0;
            file.CopyTo(target);
        }

        log.Write(
            MqttLogLevel.Warning,
            $"The session file {path} has {saved.Unbelieved} of {file.Length} bytes that are damaged or were not written to the end; the rest is used. "
            + $"The file as it was: {copy}");
    }

    private static FileStream Open(string path) =>
        new(path, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0 });

    private void TakeNoted()
    {
        lock (clientGate) unsaved = Journal.Swap(unsaved);
    }

    private SavedSession ReadAll()
    {
        byte[] records = new byte[file.Length];
        int read = 0;
        while (read < records.Length && RandomAccess.Read(file.SafeFileHandle, records.AsSpan(read), read) is int more and > 0) read += more;
        var saved = SavedSession.Read(records.AsSpan(0, read));
        length = saved.Length;
        return saved;
    }

    /// <summary>Replaces the file by one that holds only what still counts.</summary>
    private void Rewrite(SavedSession saved)
    {
        var records = new OutgoingBuffer();
        saved.WriteTo(records, clientId);
        string next = path + ".new";
        using (FileStream target = new(next, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            target.Write(records.Written.Span);
            target.Flush(flushToDisk: true);
        }

        records.Clear();
        file.Dispose();
        File.Move(next, path, overwrite: true);
        Reopen();
        onDisk = length;
        rewriteAt = Math.Max(SmallestRewrite, 4 * length);
    }

    private void Reopen()
    {
        file = Open(path);
        ReadAll();
    }
}
