// SPDX-License-Identifier: MIT

using System.Net;
using System.Net.Sockets;
using RawMqtt.Transports;

namespace RawMqtt.Dialling;

/// <summary>Represents a connection that a client has made, whose socket a poller watches.</summary>
internal sealed class DialledStream : NetworkStream
{
    private readonly PolledSocket polled;

    private DialledStream(Socket socket, PolledSocket polled)
        : base(socket, ownsSocket: true)
    {
        this.polled = polled;
        socket.Blocking = false;
    }

    /// <summary>Connects a socket. Where there is no poller, the framework does what this class does.</summary>
    public static async Task<NetworkStream> ConnectAsync(Socket socket, IPEndPoint to, CancellationToken cancellationToken)
    {
        if (Poller.ForClients() is not Poller poller)
        {
            await socket.ConnectAsync(to, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }

        var connected = new Readiness();
        PolledSocket polled = PolledSocket.BeginConnecting(socket, to, poller, connected);
        try
        {
            do
            {
                using (cancellationToken.UnsafeRegister(PolledSocket.Wake, connected)) await connected.WaitAsync().ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
            }
            while (!HasConnected(socket, to, connected));
            socket.Blocking = true; // the base class takes no other
            return new DialledStream(socket, polled);
        }
        catch
        {
            polled.Close();
            throw;
        }
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => polled.ReadAsync(buffer, cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        polled.WriteAsync(buffer, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing) polled.Close();
    }

    /// <summary>Asks the system how connecting ended; if it begins anew, because it was refused at once, that is waited for.</summary>
    private static bool HasConnected(Socket socket, IPEndPoint to, Readiness connected)
    {
        connected.Begin(); // before the question
        try
        {
            socket.Connect(to);
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress or SocketError.AlreadyInProgress)
        {
            return false;
        }
    }
}
