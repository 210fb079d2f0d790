// SPDX-License-Identifier: MIT

using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using RawMqtt.Brokers;
using RawMqtt.Sessions;
using RawMqtt.Transports;

namespace RawMqtt.Serving;

/// <summary>A network connection that a broker serves: what the shell knows of it, and how it is closed.</summary>
internal sealed class ServedConnection(Socket? socket, string listener, IPEndPoint? peer = null)
{
    private ReadAhead? ahead;
    private int repliesUnderWay;
    private TimeSpan repliesSince;

    /// <summary>Gets or sets what the core knows of the connection.</summary>
    public BrokerConnection Connection { get; set; } = null!;

    /// <summary>Gets or sets the stream over the accepted socket; null for a stream that the application passed in.</summary>
    public AcceptedStream? Accepted { get; set; }

    /// <summary>Gets or sets the stream that carries MQTT; null until the opening handshakes are done.</summary>
    public Stream? Stream { get; set; }

    /// <summary>Gets the listener's address; empty for a stream that the application passed in.</summary>
    public string Listener { get; } = listener;

    /// <summary>Gets whether the connection is the program's own, see <see cref="MqttBroker.Connect"/>.</summary>
    public bool IsOwn { get; init; }

    /// <summary>Gets what may wait for the program's own bridge; null for the limits of all clients.</summary>
    public QueueBounds? Queue { get; init; }

    public IPEndPoint? RemoteAddress { get; } = peer ?? socket?.RemoteEndPoint as IPEndPoint;

    /// <summary>Gets or sets the client's address according to a trusted proxy.</summary>
    public IPEndPoint? ForwardedAddress { get; set; }

    /// <summary>Gets or sets the address whose connections include this one, for <see cref="MqttBrokerLimits.MaxConnectionsPerAddress"/>.</summary>
    public IPAddress? CountedAddress { get; set; }

    /// <summary>Gets or sets the certificate that the client showed; null for none.</summary>
    public X509Certificate2? ClientCertificate { get; set; }

    /// <summary>Gets or sets the user name; null if no option makes the broker read it.</summary>
    public string? UserName { get; set; }

    /// <summary>Gets or sets the number of bytes that were read and not used by the core.</summary>
    public int UnusedBytes { get; set; }

    /// <summary>Gets or sets the records of TLS that the connection's bytes belong to; null if there is no TLS.</summary>
    public TlsRecords? Records { get; set; }

    /// <summary>Gets whether a WebSocket frame or message, or a record of TLS, has begun and is not complete.</summary>
    public bool IsWithinFrame => Stream is WebSocketStream { IsWithinMessage: true } || Records is { IsWithinRecord: true };

    /// <summary>Gets or sets what ended the reading of the connection; null for an end without a fault.</summary>
    public Exception? Fault { get; set; }

    /// <summary>Gets the rule of WebSocket that the client broke; null for none.</summary>
    public WebSocketViolationException? WebSocketFault => Fault as WebSocketViolationException;

    /// <summary>Gets what the system says of a TLS handshake that failed, such as the client's alert; null if it did not.</summary>
    public string? TlsFault
    {
        get
        {
            Exception? inner = Fault as AuthenticationException;
            while (inner?.InnerException is { } next) inner = next;
            return inner?.Message[(inner.Message.LastIndexOf("::", StringComparison.Ordinal) is var prefix and >= 0 ? prefix + 2 : 0)..];
        }
    }

    /// <summary>Gets whether the listener performs TLS handshakes.</summary>
    public bool IsTls => Listener.StartsWith("wss:", StringComparison.Ordinal) || Listener.StartsWith("mqtts:", StringComparison.Ordinal);

    /// <summary>Gets or sets whether the connection ends with an HTTP answer in place of a WebSocket.</summary>
    public bool IsAnswered { get; set; }

    /// <summary>Gets or sets the number of bytes that came after the connection had ended.</summary>
    public long DiscardedBytes { get; set; }

    /// <summary>Under the lock: a flush is under way; there is at most one.</summary>
    public bool IsFlushing { get; set; }

    /// <summary>Under the lock: the buffer that the next flush begins with.</summary>
    public OutgoingBuffer? ToFlush { get; set; }

    /// <summary>Under the lock: when a connection that has ended is dropped at the latest.</summary>
    public TimeSpan? DropAt { get; set; }

    /// <summary>Under the lock: completed when a connection that was held back may go on.</summary>
    public TaskCompletionSource? Resumed { get; set; }

    /// <summary>Under the lock: cancels the hook that is asked for this connection; null while none is.</summary>
    public CancellationTokenSource? Asking { get; set; }

    /// <summary>Under the lock: when that hook was asked.</summary>
    public TimeSpan AskedAt { get; set; }

    /// <summary>Returns whether the client has ended its side of the connection and sent nothing more than was read.</summary>
    public bool IsGone()
    {
        try
        {
            return socket is not null && socket.Poll(0, SelectMode.SelectRead) && socket.Available == 0;
        }
        catch (Exception e) when (TransportEnd.IsEnd(e))
        {
            return true;
        }
    }

    /// <summary>Reads what comes next from the stream; a read of no bytes waits for it.</summary>
    public ValueTask<int> ReadAsync(Memory<byte> buffer) => ahead is { IsPending: true } ? ahead.ReadAsync(buffer) : Stream!.ReadAsync(buffer);

    /// <summary>Returns a read that the next <see cref="ReadAsync"/> takes over: it may go on when the connection is no longer held back.</summary>
    public Task<int> BeginReadAhead() => (ahead ??= new ReadAhead()).Begin(Stream!);

    /// <summary>Under the lock, with each look of a sweep: returns for how long the client has not taken the same pongs; zero if none wait.</summary>
    public TimeSpan MeasureRepliesUnderWay(TimeSpan now)
    {
        int underWay = (Stream as WebSocketStream)?.RepliesUnderWay ?? 0;
        if (underWay == 0 || underWay != repliesUnderWay) (repliesUnderWay, repliesSince) = (underWay, now);
        return now - repliesSince;
    }

    /// <summary>Under the lock: whether pongs waited at the last look.</summary>
    public bool HasRepliesUnderWay => repliesUnderWay > 0;

    /// <summary>Under the lock: lets a connection that was held back go on.</summary>
    public void Resume()
    {
        Resumed?.SetResult();
        Resumed = null;
    }

    /// <summary>Under the lock: cancels the hook's token; the application's callbacks on it run on another thread.</summary>
    public void CancelHook()
    {
        _ = Asking?.CancelAsync();
        Asking = null;
    }

    /// <summary>Closes the connection after everything was sent; the peer is read until it closes too, so that no reset overtakes what was sent.</summary>
    public async Task FinishAsync()
    {
        if (socket is { Connected: false } || Connection.HoldsTooMuch) Drop(); // its memory is needed now
        else if (Stream is WebSocketStream lost && Connection.End == MqttConnectionEnd.Lost) await lost.CloseAsync().ConfigureAwait(false);
        else if (Stream is WebSocketStream webSocket)
            await webSocket.CloseAsync(BrokerCloseCode.Of(Connection), BrokerCloseCode.ReasonOf(Connection)).ConfigureAwait(false);
        else if (Stream is null) EndOpening();
        else if (socket is not null) await TransportEnd.ShutDownSendingAsync(Stream).ConfigureAwait(false);
        else await Stream.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Closes the connection at once, which ends the pending read.</summary>
    public void Drop()
    {
        try
        {
            if (Stream is WebSocketStream webSocket) webSocket.Abort();
            else Stream?.Dispose();
        }
        catch (Exception)
        {
            // the application's stream: its fault must not keep others open
        }

        Accepted?.Dispose(); // ends what is read of the opening handshake
        socket?.Dispose();
    }

    /// <summary>Ends a connection whose opening handshake is under way: the handshake reads the end. Closing the socket beneath it would send a
    /// reset.</summary>
    private void EndOpening()
    {
        try
        {
            socket?.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (TransportEnd.IsEnd(e))
        {
            Drop();
        }
    }
}
