// SPDX-License-Identifier: MIT

using System.Diagnostics;
using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RawMqtt.Transports;

/// <summary>Waits for the sockets of many connections with one thread, by epoll of Linux, and serves them in turns on that thread; or with two threads, of
/// which one always waits, so that the other may run what blocks.</summary>
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
    private const int BusyWakes = 32; // in a second

    private static readonly TimeSpan LongestTurns = TimeSpan.FromMilliseconds(0.5);

    /// <summary>50 microseconds. What comes faster is resumed on the pool, whose delay lets more gather for one read.</summary>
    private static readonly long Flood = Stopwatch.Frequency / 20_000;

    // one for two cores: the pool, the journal and what else the machine does need the others
    private static readonly Lazy<Poller[]> all = new(() => StartAll((Environment.ProcessorCount + 1) / 2, isShared: false));
    private static readonly Lazy<Poller[]> ofClients = new(() => StartAll(1, isShared: true));

    [ThreadStatic]
    private static Poller? current;

    private static uint next;

    // Linux packs the event on x86: 4 bytes of events, 8 of data. Elsewhere the data are aligned.
    private static readonly bool isPacked = RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86;

    private readonly int handle;
    private readonly Lock changing = new();
    private readonly Stack<int> free = new();
    private readonly Queue<Action> turns = new(); // that wait for the sockets that are ready
    private readonly bool isShared; // by clients, whose readers may block
    private PolledSocket?[] sockets = new PolledSocket?[64];
    private int used;
    private int generation;
    private int waiting; // threads
    private bool hasFollower;
    private int wakes;
    private long wakesSince;
    private long lastWake;

    private Poller(int handle, bool isShared)
    {
        this.handle = handle;
        this.isShared = isShared;
        Start();
    }

    /// <summary>Gets whether the calling thread waits for sockets, so that it must not block.</summary>
    public static bool IsPolling => current is not null;

    /// <summary>Lets others go first: the sockets that are ready, on a thread that waits for them, or the work of the pool.</summary>
    public static NextTurn GiveWay() => default;

    /// <summary>Gets whether the calling thread is the one that waits.</summary>
    public bool IsCurrent => current == this;

    /// <summary>Returns the poller for the next connection; null where there is no epoll.</summary>
    public static Poller? ForNext() => all.Value is { Length: > 0 } pollers ? pollers[Interlocked.Increment(ref next) % (uint)pollers.Length] : null;

    /// <summary>Returns the poller for connections whose readers may block; null where there is no epoll.</summary>
    public static Poller? ForClients() => ofClients.Value is [Poller poller] ? poller : null;

    /// <summary>Begins to connect a socket that does not block.</summary>
    public static void BeginConnecting(nint socket, SocketAddress to) => _ = Connect((int)socket, ref to.Buffer.Span[0], to.Size);

    /// <summary>Tells a socket of its events from now on.</summary>
    /// <param name="polled">The socket.</param>
    /// <param name="socket">Its handle.</param>
    /// <returns>False if the system refuses; otherwise <see cref="Remove"/> takes the token of <paramref name="polled"/>.</returns>
    public bool TryAdd(PolledSocket polled, nint socket)
    {
        long token;
        lock (changing)
        {
            if (!free.TryPop(out int index)) index = used++;
            if (index == sockets.Length) Array.Resize(ref sockets, 2 * sockets.Length);
            token = ((long)++generation << 32) | (uint)index;
            polled.Token = token;
            Volatile.Write(ref sockets[index], polled);
        }

        Span<byte> wanted = stackalloc byte[16];
        MemoryMarshal.Write(wanted, Input | Output | Ended | EdgeTriggered);
        MemoryMarshal.Write(wanted[(isPacked ? 4 : 8)..], token);
        if (Control(handle, AddSocket, (int)socket, ref wanted[0]) == 0) return true;
        Remove(token);
        return false;
    }

    /// <summary>Forgets a socket, which leaves with its handle.</summary>
    public void Remove(long token)
    {
        lock (changing)
        {
            sockets[(int)token] = null;
            free.Push((int)token);
        }
    }

    private static Poller[] StartAll(int count, bool isShared)
    {
        if (!OperatingSystem.IsLinux()) return [];
        var started = new List<Poller>();
        try
        {
            while (started.Count < count && Create(CloseOnExec) is var handle and >= 0) started.Add(new Poller(handle, isShared));
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException or OutOfMemoryException)
        {
            // a system whose C library is not to be had, or that gives no further thread: the framework waits, or the threads that there are
        }

        return [.. started];
    }

    private void Start() => new Thread(Run) { IsBackground = true, Name = "RawMqtt sockets" }.UnsafeStart();

    private void Run()
    {
        if (!isShared) current = this;
        int size = isPacked ? 12 : 16;
        byte[] events = new byte[MostEvents * size];
        while (true)
        {
            Interlocked.Increment(ref waiting);
            int count = Wait(handle, ref events[0], MostEvents, turns.Count == 0 ? -1 : 0);
            bool mayBlock = Interlocked.Decrement(ref waiting) > 0; // another thread waits
            if (isShared) mayBlock &= CountWake();
            if (count < 0 && Marshal.GetLastPInvokeError() != Interrupted) Thread.Sleep(10); // a fault of the system must not take the processor too
            for (int i = 0; i < count; i++)
            {
                ReadOnlySpan<byte> happened = events.AsSpan(i * size, size);
                uint mask = MemoryMarshal.Read<uint>(happened);
                long token = MemoryMarshal.Read<long>(happened[(isPacked ? 4 : 8)..]);
                PolledSocket? polled = Volatile.Read(ref Volatile.Read(ref sockets)[(int)token]);
                if (polled?.Token != token) continue; // gone meanwhile
                polled.Note((mask & (Input | Ended)) != 0, (mask & (Output | Ended)) != 0, (mask & Ended) != 0, mayBlock && i == count - 1);
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

    /// <summary>Adds a second thread when messages come often: while one waits, the other may run what blocks.</summary>
    /// <returns>Whether this event comes alone.</returns>
    private bool CountWake()
    {
        long now = Stopwatch.GetTimestamp();
        bool isAlone = now - lastWake > Flood;
        lastWake = now;
        if (hasFollower) return isAlone;
        if (now - wakesSince > Stopwatch.Frequency) (wakes, wakesSince) = (0, now);
        if (++wakes < BusyWakes) return false;
        wakes = 0;
        try
        {
            Start();
            hasFollower = true;
        }
        catch (OutOfMemoryException)
        {
            // the system gives no further thread: the pool runs what may block
        }

        return false;
    }

    [DllImport("libc", EntryPoint = "connect", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Connect(int socket, ref byte address, int length);

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
