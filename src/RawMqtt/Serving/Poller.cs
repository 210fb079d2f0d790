// SPDX-License-Identifier: MIT

using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RawMqtt.Serving;

/// <summary>Waits for the sockets of many connections with one thread, by epoll of Linux, and serves them in turns on that thread.</summary>
/// <remarks>
/// The framework waits for a socket by three calls of the system for each small packet: one to look whether something has come, one to read it, and one to
/// learn that no more has. Events are edge-triggered here and remembered by <see cref="Readiness"/>, so that one read is enough.
/// </remarks>
internal sealed class Poller
{
    private const int MostEvents = 128;
    private const uint Input = 0x1;
    private const uint Output = 0x4;
    private const uint Ended = 0x2018; // EPOLLRDHUP, EPOLLHUP, EPOLLERR
    private const uint EdgeTriggered = 1u << 31;
    private const int AddSocket = 1;
    private const int CloseOnExec = 0x80000;
    private const int Interrupted = 4; // EINTR

    private static readonly TimeSpan LongestTurns = TimeSpan.FromMilliseconds(0.5);

    private static readonly Lazy<Poller[]> all = new(StartAll);

    [ThreadStatic]
    private static Poller? current;

    private static uint next;

    // Linux packs the event on x86: 4 bytes of events, 8 of data. Elsewhere the data are aligned.
    private static readonly bool isPacked = RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86;

    private readonly int handle;
    private readonly Lock changing = new();
    private readonly Stack<int> free = new();
    private readonly Queue<Action> turns = new(); // that wait for the sockets that are ready
    private AcceptedStream?[] streams = new AcceptedStream?[64];
    private int used;
    private int generation;

    private Poller(int handle)
    {
        this.handle = handle;
        new Thread(Run) { IsBackground = true, Name = "RawMqtt sockets" }.Start();
    }

    /// <summary>Gets whether the calling thread waits for sockets, so that it must not block.</summary>
    public static bool IsPolling => current is not null;

    /// <summary>Lets others go first: the sockets that are ready, on a thread that waits for them, or the work of the pool.</summary>
    public static NextTurn GiveWay() => default;

    /// <summary>Gets whether the calling thread is the one that waits.</summary>
    public bool IsCurrent => current == this;

    /// <summary>Returns the poller for the next connection; null where there is no epoll.</summary>
    public static Poller? ForNext() => all.Value is { Length: > 0 } pollers ? pollers[Interlocked.Increment(ref next) % (uint)pollers.Length] : null;

    /// <summary>Tells a stream of the events of its socket from now on.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="socket">The handle of its socket.</param>
    /// <returns>What <see cref="Remove"/> takes; null if the system refuses.</returns>
    public long? TryAdd(AcceptedStream stream, nint socket)
    {
        long token;
        lock (changing)
        {
            if (!free.TryPop(out int index)) index = used++;
            if (index == streams.Length) Array.Resize(ref streams, 2 * streams.Length);
            token = ((long)++generation << 32) | (uint)index;
            stream.Token = token;
            Volatile.Write(ref streams[index], stream);
        }

        Span<byte> wanted = stackalloc byte[16];
        MemoryMarshal.Write(wanted, Input | Output | Ended | EdgeTriggered);
        MemoryMarshal.Write(wanted[(isPacked ? 4 : 8)..], token);
        if (Control(handle, AddSocket, (int)socket, ref wanted[0]) == 0) return token;
        Remove(token);
        return null;
    }

    /// <summary>Forgets a stream; its socket leaves with its handle.</summary>
    public void Remove(long token)
    {
        lock (changing)
        {
            streams[(int)token] = null;
            free.Push((int)token);
        }
    }

    private static Poller[] StartAll()
    {
        if (!OperatingSystem.IsLinux()) return [];
        var started = new List<Poller>();
        try
        {
            // one for two cores: the pool, the journal and what else the machine does need the others
            while (started.Count < (Environment.ProcessorCount + 1) / 2 && Create(CloseOnExec) is var handle and >= 0) started.Add(new Poller(handle));
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException or OutOfMemoryException)
        {
            // a system whose C library is not to be had, or that gives no further thread: the framework waits, or the threads that there are
        }

        return [.. started];
    }

    private void Run()
    {
        current = this;
        int size = isPacked ? 12 : 16;
        byte[] events = new byte[MostEvents * size];
        while (true)
        {
            int count = Wait(handle, ref events[0], MostEvents, turns.Count == 0 ? -1 : 0);
            if (count < 0 && Marshal.GetLastPInvokeError() != Interrupted) Thread.Sleep(10); // a fault of the system must not take the processor too
            for (int i = 0; i < count; i++)
            {
                ReadOnlySpan<byte> happened = events.AsSpan(i * size, size);
                uint mask = MemoryMarshal.Read<uint>(happened);
                long token = MemoryMarshal.Read<long>(happened[(isPacked ? 4 : 8)..]);
                AcceptedStream? stream = Volatile.Read(ref Volatile.Read(ref streams)[(int)token]);
                if (stream?.Token != token) continue; // gone meanwhile
                stream.Note(mayRead: (mask & (Input | Ended)) != 0, mayWrite: (mask & (Output | Ended)) != 0, hasEnded: (mask & Ended) != 0);
            }

            if (turns.Count > 0) TakeTurns();
        }
    }

    /// <summary>Runs what waits for its turn, until sockets that are ready have waited long enough.</summary>
    private void TakeTurns()
    {
        long started = Stopwatch.GetTimestamp();
        int left = turns.Count;
        do turns.Dequeue()();
        while (--left > 0 && Stopwatch.GetElapsedTime(started) < LongestTurns);
    }

    [DllImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Create(int flags);

    [DllImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Control(int epoll, int operation, int socket, ref byte wanted);

    [DllImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Wait(int epoll, ref byte events, int most, int milliseconds);

    /// <summary>Awaits the next turn of the connection that the thread serves.</summary>
    internal readonly struct NextTurn : ICriticalNotifyCompletion
    {
        public bool IsCompleted => false;

        public NextTurn GetAwaiter() => this;

        public void GetResult()
        {
        }

        public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

        public void UnsafeOnCompleted(Action continuation)
        {
            if (current is { } poller) poller.turns.Enqueue(continuation);
            else Task.Yield().GetAwaiter().UnsafeOnCompleted(continuation);
        }
    }
}
