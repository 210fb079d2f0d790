// SPDX-License-Identifier: MIT

// Publishes a reading at QoS 1, again and again, over WebSocket and a blocking socket: no task, no thread, no timer.
// blocking PORT TOPIC READING [COUNT [SECONDS]]
using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using RawMqtt;
using RawMqtt.Codec;
using RawMqtt.Sessions;
using RawMqtt.Transports;
using RawMqtt.WebSockets;

if (args.Length < 3) return 1;
int port = int.Parse(args[0], CultureInfo.InvariantCulture);
byte[] topic = Encoding.UTF8.GetBytes(args[1]), reading = Encoding.UTF8.GetBytes(args[2]), clientId = Encoding.UTF8.GetBytes("sensor-" + args[1]);
int left = args.Length > 3 ? int.Parse(args[3], CultureInfo.InvariantCulture) : 1;
TimeSpan interval = TimeSpan.FromSeconds(args.Length > 4 ? int.Parse(args[4], CultureInfo.InvariantCulture) : 1), next = default;

var session = new ClientSession(inFlightLimit: 8, maximumPacketLength: 1024, pingTimeout: TimeSpan.FromSeconds(10)) { RepublishesQos1 = true };
var output = new ArrayBufferWriter<byte>(256); // packets that leave next
for (TimeSpan pause = TimeSpan.FromSeconds(1); left > 0 || session.InFlight > 0; pause = pause < TimeSpan.FromMinutes(1) ? 2 * pause : pause)
{
    using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 10_000, SendTimeout = 10_000 };
    try
    {
        socket.Connect(IPAddress.Loopback, port);
        if (Serve(socket, OpenWebSocket(socket))) return 0;
    }
    catch (Exception e) when (e is SocketException or IOException)
    {
        // the next try follows; a log would take the reason here, and the console is 200 KB of a native program
    }

    output.ResetWrittenCount();
    session.ConnectionLost(isBroken: true); // what is in flight is sent again on the next connection
    Thread.Sleep(pause);
}

return 0;

WebSocketConnection OpenWebSocket(Socket socket)
{
    var request = new ClientHandshake { Host = "localhost:" + args[0] };
    byte[] key = ClientHandshake.CreateKey(Entropy.Fill), received = new byte[1024];
    request.WriteRequest(key, output);
    socket.Send(output.WrittenSpan);
    output.ResetWrittenCount();
    var response = new UpgradeResponse(request, key);
    for (int length = 0; length < received.Length;)
    {
        int read = socket.Receive(received.AsSpan(length));
        if (read == 0) break;
        length += read;
        OperationStatus status = response.TryRead(received.AsSpan(0, length), out _); // the server sends nothing before our CONNECT
        if (status == OperationStatus.Done) return new WebSocketConnection(WebSocketRole.Client, Entropy.Fill, maxMessageSize: 1024, acceptsText: false);
        if (status == OperationStatus.InvalidData) break;
    }

    throw new IOException("The WebSocket was not opened: " + (response.Failure ?? "the server closed the connection"));
}

// Returns true when all readings have arrived.
bool Serve(Socket socket, WebSocketConnection webSocket)
{
    byte[] received = new byte[1024], frame = new byte[1024 + WebSocketConnection.MaxOverhead];
    var replies = new ArrayBufferWriter<byte>(256); // pongs
    int kept = 0;                                   // bytes of a packet that is not complete
    session.Connect(new ConnectPacket { ClientId = clientId, CleanSession = false, KeepAlive = 60 }, Now(), output);
    while (true)
    {
        if (session.CanPublish && left > 0 && Now() >= next)
        {
            session.Publish(topic, reading, QualityOfService.AtLeastOnce, retain: false, output);
            (left, next) = (left - 1, Now() + interval);
        }

        if (!session.Tick(Now(), output)) throw new IOException("The server does not answer.");
        bool isDone = left == 0 && session.InFlight == 0 && session.IsConnected;
        if (isDone) session.Disconnect(output);
        Send(socket, webSocket, frame);
        if (isDone) return true;

        TimeSpan until = session.NextDeadline is { } deadline && (left == 0 || deadline < next) ? deadline : next;
        int wait = left == 0 && session.NextDeadline is null ? 10_000_000 : (int)Math.Clamp((until - Now()).TotalMicroseconds, 0, 60_000_000);
        if (!socket.Poll(wait, SelectMode.SelectRead)) continue;

        int length = socket.Receive(received.AsSpan(kept)), read = 0, written = 0;
        Span<byte> bytes = received.AsSpan(kept, length);
        while (webSocket.TryReceive(bytes, ref read, ref written, replies, out _)) { } // un-frames in place
        if (replies.WrittenCount > 0) socket.Send(replies.WrittenSpan);
        replies.ResetWrittenCount();

        ReadOnlySpan<byte> input = received.AsSpan(0, kept + written);
        while (session.TryReceive(ref input, Now(), output, out SessionEvent happened))
        {
            if (happened.Kind is SessionEventKind.Refused or SessionEventKind.Violation) throw new IOException("The server refused the session or broke a rule.");
            if (happened.Kind == SessionEventKind.Message) session.Acknowledge(happened.Receipt, output);
        }

        input.CopyTo(received);
        kept = input.Length;
        if (length == 0 || webSocket.HasEnded || kept == received.Length) throw new IOException("The server closed the connection.");
    }
}

void Send(Socket socket, WebSocketConnection webSocket, byte[] frame)
{
    if (output.WrittenCount == 0) return;
    session.Leaving(Now(), output.WrittenCount);
    socket.Send(frame.AsSpan(0, webSocket.WriteMessage(frame, output.WrittenSpan, isText: false)));
    session.Sent(Now());
    output.ResetWrittenCount();
}

static TimeSpan Now() => TimeSpan.FromMilliseconds(Environment.TickCount64);
