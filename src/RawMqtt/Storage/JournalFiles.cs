// SPDX-License-Identifier: MIT

using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace RawMqtt.Storage;

/// <summary>The files of a real folder. Only their owner may read and write them; Windows gives them the rights of the folder instead.</summary>
internal sealed class JournalFiles : IJournalDisk, IDisposable
{
    private const string LockName = "lock";
    private const UnixFileMode OwnerAlone = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const int FullSync = 51; // F_FULLFSYNC: the disk's own memory too
    private const int Interrupted = 4; // EINTR
    private const int NotSupported = 22; // EINVAL

    private readonly string folder;
    private readonly FileAccess access;
    private readonly FileStream? locked;
    private readonly ConcurrentDictionary<string, SafeFileHandle> open = [];
    private readonly Lock changing = new(); // what is open, and the names
    private bool isDisposed;

    private JournalFiles(string folder, FileAccess access, FileStream? locked)
    {
        this.folder = folder;
        this.access = access;
        this.locked = locked;
    }

    /// <summary>Whether another process has the lock at this moment.</summary>
    public bool IsLockedByAnother
    {
        get
        {
            try
            {
                if (locked is null) File.OpenHandle(PathOf(LockName), FileMode.Open, FileAccess.Read, FileShare.None).Dispose();
                return false;
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                return failure is not (FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException);
            }
        }
    }

    /// <summary>Makes a folder if there is none, and keeps other processes and other users out of it until this is disposed.</summary>
    /// <exception cref="IOException">Another process has it, or the system refuses.</exception>
    public static JournalFiles Lock(string folder)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, OwnerAlone | UnixFileMode.UserExecute);
        return new JournalFiles(folder, FileAccess.ReadWrite, OpenAlone(Path.Combine(folder, LockName)));
    }

    /// <summary>Uses a folder for reading alone, without a lock.</summary>
    public static JournalFiles ReadOnly(string folder) => new(folder, FileAccess.Read, locked: null);

    /// <summary>Opens a file, or makes one that only its owner may read, for one process at a time.</summary>
    public static FileStream OpenAlone(string path) => new(path, Options(FileMode.OpenOrCreate, FileShare.None));

    /// <summary>Waits until what was created, renamed and deleted in a folder is on the disk.</summary>
    public static void SyncFolder(string folder)
    {
        if (OperatingSystem.IsWindows()) return; // NTFS logs its changes of folders itself
        int handle = OpenFolder(Encoding.UTF8.GetBytes(folder + '\0'), 0);
        if (handle < 0) throw new IOException($"The folder {folder} could not be opened: error {Marshal.GetLastPInvokeError()}.");
        using var closing = new SafeFileHandle(handle, ownsHandle: true);
        Sync(closing);
    }

    /// <summary>Waits until what was written to a file is on the disk. The framework's own call says nothing of a failure on Linux and macOS.</summary>
    /// <exception cref="IOException">The disk refuses: what was written since the last success may be lost.</exception>
    public static void Sync(SafeFileHandle file)
    {
        if (OperatingSystem.IsWindows())
        {
            RandomAccess.FlushToDisk(file);
            return;
        }

        while ((OperatingSystem.IsMacOS() ? Control(file, FullSync) : FlushFile(file)) < 0)
        {
            int error = Marshal.GetLastPInvokeError();
            if (error == NotSupported) return; // a file system, or a folder of one, that knows no sync
            if (error != Interrupted) throw new IOException($"The disk refuses to sync: {Marshal.GetPInvokeErrorMessage(error)}.");
        }
    }

    public IEnumerable<string> List() => Array.ConvertAll(Directory.GetFiles(folder), path => Path.GetFileName(path));

    public long LengthOf(string name) => RandomAccess.GetLength(HandleOf(name));

    public void Create(string name)
    {
        Delete(name); // an old file would keep its rights
        using FileStream created = new(PathOf(name), Options(FileMode.CreateNew, FileShare.ReadWrite | FileShare.Delete));
    }

    public void Write(string name, long offset, ReadOnlySpan<byte> bytes) => RandomAccess.Write(HandleOf(name), bytes, offset);

    public int Read(string name, long offset, Span<byte> destination)
    {
        int count = 0;
        while (count < destination.Length && RandomAccess.Read(HandleOf(name), destination[count..], offset + count) is int more and > 0) count += more;
        return count;
    }

    public void Cut(string name, long length) => RandomAccess.SetLength(HandleOf(name), length);

    public void Sync(string name) => Sync(HandleOf(name));

    public void SyncFolder() => SyncFolder(folder);

    public void Rename(string name, string newName)
    {
        lock (changing)
        {
            Close(name);
            Close(newName);
            ObjectDisposedException.ThrowIf(isDisposed, this);
            File.Move(PathOf(name), PathOf(newName), overwrite: true);
        }
    }

    public void Delete(string name)
    {
        lock (changing)
        {
            Close(name); // who reads it at this moment gets an ObjectDisposedException
            ObjectDisposedException.ThrowIf(isDisposed, this);
            File.Delete(PathOf(name));
        }
    }

    /// <summary>Closes all files, and the lock last: nothing is written from then on.</summary>
    public void Dispose()
    {
        lock (changing)
        {
            isDisposed = true;
            foreach (string name in open.Keys) Close(name);
        }

        locked?.Dispose();
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int OpenFolder(byte[] path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int FlushFile(SafeFileHandle file);

    [DllImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Control(SafeFileHandle file, int command);

    private static FileStreamOptions Options(FileMode mode, FileShare share)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = share, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerAlone;
        return options;
    }

    private string PathOf(string name) => Path.Combine(folder, name);

    private SafeFileHandle HandleOf(string name)
    {
        if (open.TryGetValue(name, out SafeFileHandle? handle)) return handle;
        lock (changing)
        {
            ObjectDisposedException.ThrowIf(isDisposed, this);
            if (open.TryGetValue(name, out handle)) return handle; // another thread was first
            return open[name] = File.OpenHandle(PathOf(name), FileMode.Open, access, FileShare.ReadWrite | FileShare.Delete);
        }
    }

    private void Close(string name)
    {
        if (open.TryRemove(name, out SafeFileHandle? handle)) handle.Dispose();
    }
}
