// SPDX-License-Identifier: MIT

using System.Net;
using System.Net.Sockets;
using System.Text;

namespace RawMqtt.Attacks;

/// <summary>The broker under attack, the attackers' connections to it, and their threads.</summary>
internal sealed class Target(int tcpPort, int wsPort, int tlsPort) : IDisposable
{
    private readonly List<Socket> sockets = [];
    private volatile bool isOver;

    public bool IsOver => isOver;

    public int TcpPort => tcpPort;

    public int TlsPort => tlsPort;

    /// <summary>A connection that has sent nothing.</summary>
    public Socket Dial(IPAddress? from = null) => Keep(Wire.Dial(tcpPort, from: from));

    /// <summary>A client that is connected.</summary>
    public Socket Connect(string clientId, bool isClean = true, IPAddress? from = null)
    {
        Socket socket = Dial(from);
        socket.Send(Wire.Connect(clientId, isClean));
        Wire.ReadPacket(socket);
        return socket;
    }

    /// <summary>A client over WebSocket; its CONNECT went in one masked frame.</summary>
    public Socket ConnectWebSocket(string clientId)
    {
        Socket socket = Keep(Wire.Dial(wsPort));
        socket.Send(Encoding.ASCII.GetBytes(
            $"GET /mqtt HTTP/1.1\r\nHost: 127.0.0.1:{wsPort}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n"));
        byte[] connect = Wire.Connect(clientId);
        socket.Send([0x82, (byte)(0x80 | connect.Length), 0, 0, 0, 0, .. connect]);
        socket.Receive(new byte[1024]);
        return socket;
    }

    /// <summary>Sends the same bytes as fast as they are taken, and discards what comes.</summary>
    public void Flood(Socket socket, byte[] bytes)
    {
        Start(() => socket.Send(bytes));
        byte[] discarded = new byte[1 << 18];
        Start(() =>
        {
            if (socket.Receive(discarded) == 0) throw new IOException("The broker has ended the connection.");
        });
    }

    /// <summary>Repeats an action on a thread of its own until the attack is over or the action fails.</summary>
    public void Start(Action action) => new Thread(() =>
    {
        try
        {
            while (!isOver) action();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException)
        {
            // the broker ended the connection, or the attack is over
        }
    })
    { IsBackground = true }.Start();

    public void Dispose()
    {
        isOver = true;
        lock (sockets)
        {
            foreach (Socket socket in sockets) socket.Dispose();
        }
    }

    private Socket Keep(Socket socket)
    {
        lock (sockets) sockets.Add(socket);
        if (isOver) socket.Dispose();
        return socket;
    }
}
