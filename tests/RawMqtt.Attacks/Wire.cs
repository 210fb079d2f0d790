// SPDX-License-Identifier: MIT

using System.Net;
using System.Net.Sockets;
using System.Text;

namespace RawMqtt.Attacks;

/// <summary>MQTT packets as bytes, and blocking sockets.</summary>
internal static class Wire
{
    public static Socket Dial(int port, int patience = 0, IPAddress? from = null)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
            ReceiveTimeout = patience,
            SendTimeout = patience,
        };
        if (from is not null) socket.Bind(new IPEndPoint(from, 0));
        socket.Connect(IPAddress.Loopback, port);
        return socket;
    }

    public static byte[] Connect(string clientId, bool isClean = true, string? user = null, byte[]? password = null)
    {
        int flags = (isClean ? 0x02 : 0) | (user is null ? 0 : 0x80) | (password is null ? 0 : 0x40);
        byte[] login = [.. user is null ? [] : Text(user), .. password is null ? [] : Counted(password)];
        return Packet(0x10, [0, 4, .. "MQTT"u8, 4, (byte)flags, 0, 0, .. Text(clientId), .. login]);
    }

    public static byte[] Publish(string topic, string payload, int qos, ushort id, bool retain)
    {
        byte[] packetId = qos > 0 ? [(byte)(id >> 8), (byte)id] : [];
        return Packet((byte)(0x30 | qos << 1 | (retain ? 1 : 0)), [.. Text(topic), .. packetId, .. Encoding.UTF8.GetBytes(payload)]);
    }

    public static byte[] Subscribe(string filter, int qos) => Subscribe([filter], qos);

    public static byte[] Subscribe(IEnumerable<string> filters, int qos)
    {
        var body = new List<byte> { 0, 1 };
        foreach (string filter in filters)
        {
            body.AddRange(Text(filter));
            body.Add((byte)qos);
        }

        return Packet(0x82, [.. body]);
    }

    public static byte[] Packet(byte first, byte[] body) => [first, .. Length(body.Length), .. body];

    public static byte[] Length(int length)
    {
        var bytes = new List<byte>();
        for (; length > 127; length >>= 7) bytes.Add((byte)(0x80 | length & 0x7f));
        bytes.Add((byte)length);
        return [.. bytes];
    }

    /// <summary>Reads up to a PUBLISH, and its PUBACK.</summary>
    public static void ReadPublish(Socket socket, bool isAcknowledged)
    {
        bool isPublished = false;
        while (!isPublished || isAcknowledged)
        {
            byte[] packet = ReadPacket(socket);
            if (packet[0] >> 4 == 3) isPublished = true;
            else if (packet[0] >> 4 == 4) isAcknowledged = false;
        }
    }

    public static byte[] ReadPacket(Socket socket)
    {
        var head = new List<byte>();
        int length = 0;
        do
        {
            head.AddRange(ReadExactly(socket, 1));
            if (head.Count > 1) length |= (head[^1] & 0x7f) << 7 * (head.Count - 2);
        }
        while (head.Count < 2 || head[^1] > 127);
        return [.. head, .. ReadExactly(socket, length)];
    }

    private static byte[] ReadExactly(Socket socket, int count)
    {
        byte[] bytes = new byte[count];
        for (int read = 0; read < count;)
        {
            int more = socket.Receive(bytes.AsSpan(read));
            if (more == 0) throw new IOException("The broker has ended the connection.");
            read += more;
        }

        return bytes;
    }

    private static byte[] Text(string text) => Counted(Encoding.UTF8.GetBytes(text));

    private static byte[] Counted(byte[] bytes) => [(byte)(bytes.Length >> 8), (byte)bytes.Length, .. bytes];
}
