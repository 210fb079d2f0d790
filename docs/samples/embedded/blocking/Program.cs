// SPDX-License-Identifier: MIT

// Publishes a reading at QoS 1, again and again, over WebSocket and a blocking socket: no task, no thread, no timer.
// blocking PORT TOPIC READING [COUNT [SECONDS]]
using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Text;
using RawMqtt;
using RawMqtt.Codec;
using RawMqtt.Sessions;
using RawMqtt.Transports;
using RawMqtt.WebSockets;

if (args.Length < 3) return 1;
byte[] topic = Encoding.UTF8.GetBytes(args[1]), reading = Encoding.UTF8.GetBytes(args[2]), clientId = Encoding.UTF8.GetBytes("sensor-" + args[1]);
byte[] received = new byte[1024];
int left = args.Length > 3 ? int.Parse(args[3]) : 1;
TimeSpan interval = TimeSpan.FromSeconds(args.Length > 4 ? int.Parse(args[4]) : 1), next = default;
var session = new ClientSession(inFlightLimit: 8, maximumPacketLength: received.Length, pingTimeout: TimeSpan.FromSeconds(10)) { RepublishesQos1 = true };
ArrayBufferWriter<byte> packets = new(256), wire = new(1024); // wire: what is sent next, packets in frames
for (int pause = 1; left > 0 || session.InFlight > 0; pause = Math.Min(2 * pause, 60))
{
    using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 10_000, SendTimeout = 10_000 };
    try
    {
        socket.Connect(IPAddress.Loopback, int.Parse(args[0]));
        Publish(socket, Open(socket));
    }
    catch (Exception e) when (e is SocketException or IOException) // a log would take it; the console is 200 KB of a native program
    {
        session.ConnectionLost(isBroken: true); // what is in flight is sent again on the next connection
        packets.ResetWrittenCount();
        wire.ResetWrittenCount();
        Thread.Sleep(TimeSpan.FromSeconds(pause));
    }
}

return 0;

WebSocketConnection Open(Socket socket)
{
    var request = new ClientHandshake { Host = "localhost:" + args[0] };
    byte[] key = ClientHandshake.CreateKey(Entropy.Fill);
    request.WriteRequest(key, wire);
    Send(socket);
    var response = new UpgradeResponse(request, key);
    for (int length = 0; response.TryRead(received.AsSpan(0, length), out _) != OperationStatus.Done;) // no frame comes before our CONNECT
        length += response.Failure is { } failure ? throw new IOException(failure) : Receive(socket, length);
    return new WebSocketConnection(WebSocketRole.Client, Entropy.Fill, maxMessageSize: received.Length, acceptsText: false);
}

// Returns when all readings have arrived.
void Publish(Socket socket, WebSocketConnection webSocket)
{
    int kept = 0; // bytes of a packet that is not complete
    session.Connect(new ConnectPacket { ClientId = clientId, CleanSession = false, KeepAlive = 60 }, Now(), packets);
    while (true)
    {
        if (left > 0 && session.CanPublish && Now() >= next)
        {
            session.Publish(topic, reading, QualityOfService.AtLeastOnce, retain: false, packets);
            (left, next) = (left - 1, Now() + interval);
        }

        if (!session.Tick(Now(), packets)) throw new IOException("The server does not answer.");
        bool isDone = left == 0 && session.InFlight == 0 && session.IsConnected;
        if (isDone) session.Disconnect(packets);
        if (packets.WrittenCount > 0)
        {
            session.Leaving(Now(), packets.WrittenCount);
            wire.Advance(webSocket.WriteMessage(wire.GetSpan(packets.WrittenCount + WebSocketConnection.MaxOverhead), packets.WrittenSpan, isText: false));
            packets.ResetWrittenCount();
            Send(socket);
            session.Sent(Now());
        }

        if (isDone) return;

        TimeSpan due = session.NextDeadline is { } deadline && (deadline < next || !session.CanPublish || left == 0) ? deadline : next;
        if (session.IsConnected && !socket.Poll(due > Now() ? due - Now() : TimeSpan.Zero, SelectMode.SelectRead)) continue;
        int length = Receive(socket, kept), read = 0, written = 0;
        while (webSocket.TryReceive(received.AsSpan(kept, length), ref read, ref written, wire, out _)) { } // un-frames in place, and writes pongs
        Send(socket);
        ReadOnlySpan<byte> input = received.AsSpan(0, kept + written);
        while (session.TryReceive(ref input, Now(), packets, out SessionEvent happened))
            if (happened.Kind is SessionEventKind.Refused or SessionEventKind.Violation) throw new IOException("The server refused or broke a rule.");
        input.CopyTo(received);
        kept = input.Length;
        if (webSocket.HasEnded) throw new IOException("The server closed the WebSocket.");
    }
}

// Waits at most 10 seconds, and leaves what was kept.
int Receive(Socket socket, int kept) =>
    socket.Receive(received.AsSpan(kept)) is > 0 and int length ? length : throw new IOException("The server closed the connection.");

void Send(Socket socket)
{
    if (wire.WrittenCount > 0) socket.Send(wire.WrittenSpan);
    wire.ResetWrittenCount();
}

static TimeSpan Now() => TimeSpan.FromMilliseconds(Environment.TickCount64);
