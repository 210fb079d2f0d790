// SPDX-License-Identifier: MIT

using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using RawMqtt.Brokers;
using RawMqtt.Sessions;
using RawMqtt.Transports;

namespace RawMqtt.Serving;

/// <summary>What a <see cref="BrokerCore"/> lacks: a lock, a clock, and the connections that read and flush.</summary>
/// <remarks>The lock is held for each use of the core, never across an await. Flushes begin outside of it.</remarks>
internal sealed class BrokerShell
{
    private static readonly TimeSpan GoodbyeTimeout = TimeSpan.FromSeconds(2);

    [ThreadStatic]
    private static Stack<List<ServedConnection>>? flushLists; // a flush that is over at once uses the core within the flush that began it

    private readonly MqttBrokerOptions options;
    private readonly BrokerHooks hooks;
    private readonly BrokerLog? log;
    private readonly ProxyTrust proxies;
    private readonly long started;
    private readonly AddressCounts addresses;
    private readonly List<BrokerConnection> dirty = [];
    private readonly ITimer holdTimer; // a sweep would be too late for publishers that are held back
    private bool isHoldTimerSet;

    public BrokerShell(MqttBrokerOptions options, BrokerHooks hooks, BrokerLog? log)
    {
        this.options = options;
        this.log = log;
        this.hooks = hooks;
        addresses = new AddressCounts(options.Limits.MaxConnectionsPerAddress);
        proxies = new ProxyTrust(options.TrustedProxies, options.ProxyHeader);
        Span<byte> seeds = stackalloc byte[12];
        RandomNumberGenerator.Fill(seeds);
        Core = new BrokerCore(options.Limits, BitConverter.ToUInt64(seeds), BitConverter.ToUInt32(seeds[8..]), hooks.Callbacks);
        started = options.TimeProvider.GetTimestamp();
        holdTimer = options.TimeProvider.CreateTimer(_ => Use(SetHoldTimer), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public Lock Gate { get; } = new();

    /// <summary>Under <see cref="Gate"/>.</summary>
    public BrokerCore Core { get; }

    public TimeSpan Now => options.TimeProvider.GetElapsedTime(started);

    public bool IsEmpty
    {
        get
        {
            lock (Gate) return Core.Connections.Count == 0;
        }
    }

    /// <summary>Serves a connection from its acceptance to its end.</summary>
    /// <param name="socket">Null for a pipe without one.</param>
    /// <param name="listener">The listener's address.</param>
    /// <param name="open">Makes a pipe for MQTT of it; null when the client was refused.</param>
    public Task ServeAsync(Socket? socket, string listener, Func<Task<Stream?>> open)
    {
        var connection = new ServedConnection(this, socket, listener);
        if (TryAdmit(connection, isLast: socket is not null && HandleLimit.IsReached(socket))) return connection.ServeAsync(open);
        connection.Drop();
        return Task.CompletedTask;
    }

    /// <summary>The connection is over for a reason that is not the peer's.</summary>
    public void Failed(ServedConnection connection, Exception fault) =>
        log?.Add($"event=fault address={connection.RemoteAddress} listener={connection.Listener} error={BrokerLog.Quote(fault.ToString(), mostCharacters: 4096)}");

    /// <summary>The connection is over.</summary>
    public void Closed(ServedConnection connection) => Use(now =>
    {
        Core.Lost(connection.Connection, now);
        if (connection.CountedAddress is { } address) addresses.Remove(address);
    });

    /// <summary>Uses the core, and does what that leaves to be done.</summary>
    public void Use(Action<TimeSpan> action)
    {
        List<ServedConnection> toFlush = TakeFlushList();
        lock (Gate)
        {
            TimeSpan now = Now;
            action(now);
            CollectDirty(toFlush, now);
        }

        Flush(toFlush);
    }

    /// <summary>The opening handshakes are done. The core may have ended the connection meanwhile.</summary>
    public void Opened(ServedConnection connection, Stream stream)
    {
        if (stream is WebSocketStream { Request: { } request } && connection.RemoteAddress is { } proxy) connection.ForwardedAddress = proxies.ClientOf(proxy.Address, request);
        Use(now =>
        {
            Core.MarkDirty(connection.Connection);
            if (connection.CountedAddress is not null || (connection.ForwardedAddress ?? connection.RemoteAddress)?.Address is not { } address || TryCount(connection, address)) return;
            Core.Statistics.ConnectionsRefused++;
            Core.End(connection.Connection, MqttConnectionEnd.TooMany, now);
        });
    }

    /// <summary>Gives the core what was read.</summary>
    /// <param name="connection">It was read from.</param>
    /// <param name="read">What it gave and the core has not used yet.</param>
    /// <param name="isPaused">The core stopped in the middle: what is left is to be given again after <see cref="PausedAsync"/>, which another thread may have made possible by now.</param>
    /// <returns>The number of bytes used.</returns>
    public int Received(ServedConnection connection, ReadOnlySpan<byte> read, out bool isPaused)
    {
        List<ServedConnection> toFlush = TakeFlushList();
        int used;
        lock (Gate)
        {
            TimeSpan now = Now;
            used = Core.Receive(connection.Connection, read, now);
            isPaused = connection.Connection.HasStopped;
            if (connection.Connection.Pause == Pause.Held && !isHoldTimerSet) SetHoldTimer(now);
            CollectDirty(toFlush, now);
        }

        Flush(toFlush);
        return used;
    }

    /// <summary>Waits until the core takes from the connection again.</summary>
    /// <param name="connection">It is paused.</param>
    /// <param name="waiting">What was read and not taken.</param>
    public async ValueTask PausedAsync(ServedConnection connection, ReadOnlyMemory<byte> waiting)
    {
        if (connection.Connection.Pause == Pause.Asks)
        {
            await AskAsync(connection, waiting).ConfigureAwait(false);
            return;
        }

        Task? resumed = null;
        lock (Gate)
        {
            if (connection.Connection.Pause == Pause.Held)
            {
                connection.Resumed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                resumed = connection.Resumed.Task;
            }
        }

        if (resumed is not null) await resumed.ConfigureAwait(false);
        else await Task.Yield(); // its turn is over, and the next one comes behind those of others
    }

    /// <summary>A flush is over.</summary>
    /// <returns>What has gathered meanwhile. null: nothing has, and the next flush may begin anywhere.</returns>
    public OutgoingBuffer? Flushed(ServedConnection connection, OutgoingBuffer output, out bool isOver)
    {
        List<ServedConnection> toFlush = TakeFlushList();
        OutgoingBuffer? next;
        lock (Gate)
        {
            TimeSpan now = Now;
            Core.Flushed(connection.Connection, output, now);
            next = connection.Connection.BeginFlush(now);
            connection.IsFlushing = next is not null;
            isOver = next is null && connection.Connection.End is not null;
            CollectDirty(toFlush, now); // publishers that waited for this client
        }

        Flush(toFlush);
        return next;
    }

    /// <summary>A piece of the flush under way is sent: the client takes what it gets.</summary>
    public void Progressed(ServedConnection connection)
    {
        lock (Gate) connection.Connection.NoteSent(Now);
    }

    public void FlushFailed(ServedConnection connection) => Use(now => Core.End(connection.Connection, MqttConnectionEnd.Lost, now));

    /// <summary>Looks at the deadlines.</summary>
    public void Sweep()
    {
        List<ServedConnection> toDrop = [];
        Use(now =>
        {
            foreach (BrokerConnection connection in Core.Connections) connection.IsWithinFrame = CarrierOf(connection).IsWithinFrame;
            Core.Tick(now);
            foreach (BrokerConnection connection in Core.Connections)
            {
                ServedConnection carrier = CarrierOf(connection);
                if (carrier.DropAt <= now) toDrop.Add(carrier);
                if (carrier.Asking is not null && now - carrier.AskedAt >= options.Limits.HookTimeout)
                {
                    Core.Statistics.HooksTimedOut++;
                    GiveUpHook(carrier);
                }
            }
        });
        foreach (ServedConnection connection in toDrop) connection.Drop();
    }

    public void EndAll(MqttConnectionEnd reason) => Use(now =>
    {
        foreach (BrokerConnection connection in Core.Connections) Core.End(connection, reason, now);
    });

    public void DropAll()
    {
        ServedConnection[] all;
        lock (Gate) all = [.. Core.Connections.Select(CarrierOf)];
        foreach (ServedConnection connection in all) connection.Drop();
    }

    /// <summary>Under the lock: lets publishers go on whose time is over, and comes again when that of the next one is.</summary>
    private void SetHoldTimer(TimeSpan now)
    {
        TimeSpan? next = Core.EndHolds(now);
        isHoldTimerSet = next is not null;
        if (next is { } due) holdTimer.Change(due - now, Timeout.InfiniteTimeSpan);
    }

    private static ServedConnection CarrierOf(BrokerConnection connection) => (ServedConnection)connection.Carrier!;

    /// <summary>Lets the program answer the packet that the connection waits with.</summary>
    private async ValueTask AskAsync(ServedConnection connection, ReadOnlyMemory<byte> waiting)
    {
        var asking = new CancellationTokenSource();
        lock (Gate)
        {
            if (connection.Connection.End is not null) return;
            (connection.Asking, connection.AskedAt) = (asking, Now);
        }

        HookAnswer answer = await hooks.AnswerAsync(connection, waiting, asking.Token).ConfigureAwait(false);
        lock (Gate)
        {
            connection.Asking = null;
            BrokerCore.Answer(connection.Connection, answer);
        }
    }

    /// <summary>Under the lock: the program's code that hears of it does not run here.</summary>
    private static void GiveUpHook(ServedConnection connection)
    {
        _ = connection.Asking?.CancelAsync();
        connection.Asking = null;
    }

    private bool TryAdmit(ServedConnection connection, bool isLast)
    {
        lock (Gate)
        {
            IPAddress? address = connection.RemoteAddress?.Address;
            bool admitted = !isLast && Core.Connections.Count < options.Limits.MaxConnections && (address is null || proxies.IsTrusted(address) || TryCount(connection, address));
            if (!admitted)
            {
                Core.Statistics.ConnectionsRefused++;
                return false;
            }

            connection.Connection = Core.Accept(Now);
            connection.Connection.Carrier = connection;
            return true;
        }
    }

    private bool TryCount(ServedConnection connection, IPAddress address)
    {
        if (!addresses.TryAdd(address)) return false;
        connection.CountedAddress = address;
        return true;
    }

    /// <summary>Under the lock: begins a flush for each connection that has something to send and none under way.</summary>
    private void CollectDirty(List<ServedConnection> toFlush, TimeSpan now)
    {
        Core.TakeDirty(dirty);
        foreach (BrokerConnection connection in dirty)
        {
            var carrier = CarrierOf(connection);
            if (connection.End is not null)
            {
                carrier.DropAt ??= now + GoodbyeTimeout;
                GiveUpHook(carrier);
            }

            if (connection.Pause == Pause.None && carrier.Resumed is { } resumed)
            {
                carrier.Resumed = null;
                resumed.SetResult();
            }

            if (carrier.IsFlushing) continue;
            carrier.ToFlush = connection.BeginFlush(now);
            carrier.IsFlushing = carrier.ToFlush is not null;
            if (carrier.IsFlushing || connection.End is not null) toFlush.Add(carrier);
        }

        dirty.Clear();
    }

    /// <summary>Outside of the lock: most flushes are over when this returns.</summary>
    private static void Flush(List<ServedConnection> toFlush)
    {
        foreach (ServedConnection connection in toFlush) _ = connection.FlushAsync();
        toFlush.Clear();
        (flushLists ??= new Stack<List<ServedConnection>>()).Push(toFlush);
    }

    private static List<ServedConnection> TakeFlushList() => flushLists is { Count: > 0 } ? flushLists.Pop() : [];
}
