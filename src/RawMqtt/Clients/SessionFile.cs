// SPDX-License-Identifier: MIT

using RawMqtt.Sessions;

namespace RawMqtt.Clients;

/// <summary>The file in which a session outlives its process: a <see cref="SessionJournal"/>, appended to before what follows from it is sent, and now and then written anew with what still counts.</summary>
internal sealed class SessionFile : IThreadPoolWorkItem, IDisposable
{
    private const int SmallestRewrite = 1 << 20;

    private readonly Lock gate = new();
    private readonly ClientCore core;
    private readonly string path;
    private OutgoingBuffer unsaved = new();
    private FileStream file;
    private long length;
    private long rewriteAt;
    private int isSavedSoon;
    private bool isDisposed;

    /// <exception cref="MqttException">The file cannot be used, or belongs to another client.</exception>
    public SessionFile(ClientCore core, string path, out SavedSession saved)
    {
        this.core = core;
        this.path = path;
        FileStream? opened = null;
        try
        {
            file = opened = Open(path);
            saved = ReadAll();
            if (saved.Owner is not null && saved.Owner != core.Options.ClientId) throw new MqttException(MqttErrorCode.InvalidOptions, $"The session file {path} is that of the client \"{saved.Owner}\", not of \"{core.Options.ClientId}\".");
            if (saved.Owner is null && file.Length > 0) throw new MqttException(MqttErrorCode.InvalidOptions, $"The file {path} is no session file, and is left as it is.");
            Rewrite(saved);
        }
        catch (Exception failure)
        {
            opened?.Dispose();
            if (failure is IOException or UnauthorizedAccessException) throw new MqttException(MqttErrorCode.InvalidOptions, $"The session file {path} cannot be used: {failure.Message}", failure);
            throw;
        }

        Journal = new SessionJournal(saved.NextNumber);
    }

    public SessionJournal Journal { get; }

    /// <summary>Puts all that was noted so far on the disk. Not under the client's gate.</summary>
    /// <exception cref="MqttException">It could not be written; it stays noted.</exception>
    public void Save()
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
                    RandomAccess.FlushToDisk(file.SafeFileHandle);
                    length += unsaved.Length;
                    unsaved.Clear();
                }

                if (length >= rewriteAt) Rewrite(ReadAll());
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                throw new MqttException(MqttErrorCode.SessionFileFailed, $"The session file {path} could not be written: {failure.Message}", failure);
            }
        }
    }

    /// <summary>Has <see cref="Save"/> done by the pool: nothing on the network follows from it.</summary>
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
            core.Log(MqttLogLevel.Error, failure.Message);
        }
    }

    /// <summary>Saves what was noted, and lets another client have the file.</summary>
    public void Dispose()
    {
        Execute();
        lock (gate)
        {
            file.Dispose();
            isDisposed = true;
        }
    }

    private static FileStream Open(string path) =>
        new(path, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0 });

    private void TakeNoted()
    {
        lock (core.Gate) unsaved = Journal.Swap(unsaved);
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

    /// <summary>Puts a file with what still counts in the place of this one.</summary>
    private void Rewrite(SavedSession saved)
    {
        var records = new OutgoingBuffer();
        saved.WriteTo(records, core.Options.ClientId);
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
        rewriteAt = Math.Max(SmallestRewrite, 4 * length);
    }

    private void Reopen()
    {
        file = Open(path);
        ReadAll();
    }
}
