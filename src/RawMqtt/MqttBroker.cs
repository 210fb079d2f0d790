using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using RawMqtt.Routing;
using RawMqtt.Sessions;
using RawMqtt.Transports;

namespace RawMqtt;

/// <summary>An MQTT 3.1.1 broker over WebSocket, TCP and TLS.</summary>
public sealed class MqttBroker : IAsyncDisposable
{
    private static readonly TimeSpan SweepInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan GoodbyeTimeout = TimeSpan.FromSeconds(2);

    [ThreadStatic]
    private static List<ServedConnection>? flushList;

    private readonly MqttBrokerOptions options;
    private readonly BrokerCore core;
    private readonly long started;
    private readonly List<Listener> listeners = [];
    private readonly HashSet<ServedConnection> served = [];
    private readonly List<BrokerConnection> dirty = [];
    private readonly CancellationTokenSource stopping = new();
    private readonly List<Task> loops = [];

    private MqttBroker(MqttBrokerOptions options)
    {
        this.options = options;
        Span<byte> seed = stackalloc byte[8];
        RandomNumberGenerator.Fill(seed);
        core = new BrokerCore(options.Limits, BitConverter.ToUInt64(seed));
        started = options.TimeProvider.GetTimestamp();
    }

    /// <summary>Where the broker listens, with the real ports.</summary>
    public IReadOnlyList<string> Addresses { get; private set; } = [];

    /// <summary>Held for every use of the core, never across an await.</summary>
    internal Lock Gate { get; } = new();

    private TimeSpan Now => options.TimeProvider.GetElapsedTime(started);

    /// <summary>Starts a broker; it accepts connections when this completes.</summary>
    /// <exception cref="MqttException">It cannot listen on one of the addresses.</exception>
    public static async Task<MqttBroker> StartAsync(MqttBrokerOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var broker = new MqttBroker(options);
        try
        {
            await broker.ListenAsync(cancellationToken).ConfigureAwait(false);
            return broker;
        }
        catch
        {
            await broker.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Stops accepting, sends what is still to be sent, and closes the connections, within <see cref="MqttBrokerOptions.StopTimeout"/>.</summary>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        if (stopping.IsCancellationRequested) return;
        await stopping.CancelAsync().ConfigureAwait(false);
        foreach (Listener listener in listeners) listener.Dispose();
        await Task.WhenAll(loops).ConfigureAwait(false);

        EndAll(ConnectionEnd.BrokerStops);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(options.StopTimeout);
        while (HasServed() && !deadline.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), options.TimeProvider, CancellationToken.None).ConfigureAwait(false);
        }

        foreach (ServedConnection connection in Served()) connection.Drop();
    }

    /// <summary>Stops the broker.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        stopping.Dispose();
    }

    /// <summary>Serves an open pipe, such as one in memory, as if it had been accepted by a listener, until it ends.</summary>
    public Task ServeAsync(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return ServeAsync(Accepted(), _ => Task.FromResult<Stream?>(stream));
    }

    /// <summary>Gives the core what was read.</summary>
    /// <returns>The number of bytes used.</returns>
    internal int Received(ServedConnection connection, ReadOnlySpan<byte> read)
    {
        List<ServedConnection> toFlush = TakeFlushList();
        int used;
        lock (Gate)
        {
            TimeSpan now = Now;
            used = core.Receive(connection.Connection, read, now);
            CollectDirty(toFlush, now);
        }

        Flush(toFlush);
        return used;
    }

    /// <summary>Waits until the core takes from the connection again.</summary>
    internal Task PausedAsync(ServedConnection connection, ReadOnlyMemory<byte> waiting)
    {
        _ = waiting;
        lock (Gate)
        {
            if (connection.Connection.Pause != Pause.Held) return Task.CompletedTask;
            connection.Resumed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return connection.Resumed.Task;
        }
    }

    /// <summary>A flush is over; <see cref="ServedConnection.ToFlush"/> is what has gathered meanwhile.</summary>
    internal void Flushed(ServedConnection connection, OutgoingBuffer output)
    {
        List<ServedConnection> toFlush = TakeFlushList();
        lock (Gate)
        {
            TimeSpan now = Now;
            core.Flushed(connection.Connection, output, now);
            connection.ToFlush = connection.Connection.BeginFlush(now);
            connection.IsFlushing = connection.ToFlush is not null;
            CollectDirty(toFlush, now); // publishers that waited for this client
        }

        Flush(toFlush);
    }

    internal void FlushFailed(ServedConnection connection)
    {
        List<ServedConnection> toFlush = TakeFlushList();
        lock (Gate)
        {
            core.End(connection.Connection, ConnectionEnd.Lost, Now);
            CollectDirty(toFlush, Now);
        }

        Flush(toFlush);
    }

    /// <summary>Flushes what a connection has waiting, or carries out its end.</summary>
    internal void Kick(ServedConnection connection)
    {
        List<ServedConnection> toFlush = TakeFlushList();
        lock (Gate)
        {
            core.Touch(connection.Connection);
            CollectDirty(toFlush, Now);
        }

        Flush(toFlush);
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        ServerCertificate? certificate = options.CertificateFile is null ? null : new ServerCertificate(options.CertificateFile, options.KeyFile, options.TimeProvider);
        foreach (string address in options.Listeners)
        {
            listeners.Add(await Listener.BindAsync(MqttAddress.ParseListener(address), certificate, cancellationToken).ConfigureAwait(false));
        }

        Addresses = listeners.ConvertAll(listener => listener.Address.ToString());
        foreach (Listener listener in listeners) loops.Add(AcceptAsync(listener));
        loops.Add(SweepAsync());
    }

    private async Task AcceptAsync(Listener listener)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                Socket socket = await listener.AcceptAsync(stopping.Token).ConfigureAwait(false);
                ServedConnection connection = Accepted();
                connection.Attach(socket);
                _ = ServeAsync(connection, token => listener.OpenAsync(new NetworkStream(socket, ownsSocket: true), token));
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                // one connection that broke while it was accepted, or no file handle left: the listener goes on
                await Task.Delay(SweepInterval, options.TimeProvider, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private ServedConnection Accepted()
    {
        var connection = new ServedConnection(this);
        lock (Gate)
        {
            connection.Connection = core.Accept(Now);
            connection.Connection.Carrier = connection;
            served.Add(connection);
        }

        return connection;
    }

    private async Task ServeAsync(ServedConnection connection, Func<CancellationToken, Task<Stream?>> open)
    {
        try
        {
            if (await open(CancellationToken.None).ConfigureAwait(false) is { } stream) await connection.ServeAsync(stream).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or SocketException or AuthenticationException or OperationCanceledException)
        {
            // the peer is gone, or was never one of ours
        }

        List<ServedConnection> toFlush = TakeFlushList();
        lock (Gate)
        {
            core.Lost(connection.Connection, Now);
            served.Remove(connection);
            CollectDirty(toFlush, Now);
        }

        Flush(toFlush);
        connection.Drop();
    }

    private async Task SweepAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(SweepInterval, options.TimeProvider, stopping.Token).ConfigureAwait(false);
                Sweep();
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private void Sweep()
    {
        List<ServedConnection> toFlush = TakeFlushList();
        List<ServedConnection>? toDrop = null;
        lock (Gate)
        {
            TimeSpan now = Now;
            core.Tick(now);
            CollectDirty(toFlush, now);
            foreach (ServedConnection connection in served)
            {
                if (connection.DropAt <= now) (toDrop ??= []).Add(connection);
            }
        }

        Flush(toFlush);
        foreach (ServedConnection connection in toDrop ?? []) connection.Drop();
    }

    private void EndAll(ConnectionEnd reason)
    {
        List<ServedConnection> toFlush = TakeFlushList();
        lock (Gate)
        {
            foreach (ServedConnection connection in served) core.End(connection.Connection, reason, Now);
            CollectDirty(toFlush, Now);
        }

        Flush(toFlush);
    }

    private bool HasServed()
    {
        lock (Gate) return served.Count > 0;
    }

    private ServedConnection[] Served()
    {
        lock (Gate) return [.. served];
    }

    /// <summary>Under the lock: begins a flush for each connection that has something to send and none under way.</summary>
    private void CollectDirty(List<ServedConnection> toFlush, TimeSpan now)
    {
        core.TakeDirty(dirty);
        foreach (BrokerConnection connection in dirty)
        {
            var carrier = (ServedConnection)connection.Carrier!;
            if (connection.End is not null) carrier.DropAt ??= now + GoodbyeTimeout;
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
        flushList = toFlush;
    }

    private static List<ServedConnection> TakeFlushList()
    {
        List<ServedConnection> list = flushList ?? [];
        flushList = null;
        return list;
    }
}
