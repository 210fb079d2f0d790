// SPDX-License-Identifier: MIT

// The whole stack without speed, for readers: MQTT 3.1.1 packets, WebSocket frames, QoS, and a client over a blocking socket. Each part is the shortest
// code that keeps the rules. The library does the same with views, buffers and asynchronous streams; properties in the tests compare the two.

using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace RawMqtt.Plain;

/// <summary>The peer broke a rule of a specification.</summary>
public sealed class BrokenRuleException(string rule) : Exception(rule);

/// <summary>A packet is its type, its flags, and what follows the fixed header. The names of the parts are those of section 3.</summary>
public sealed record Packet(PacketKind Kind)
{
    // PUBLISH and acknowledgements
    public string Topic { get; init; } = "";
    public byte[] Payload { get; init; } = [];
    public int Qos { get; init; }
    public bool Retain { get; init; }
    public bool Duplicate { get; init; }
    public int PacketId { get; init; }

    // SUBSCRIBE, UNSUBSCRIBE (its QoS are not used), SUBACK
    public List<(string Filter, int Qos)> Filters { get; init; } = [];
    public byte[] ReturnCodes { get; init; } = [];

    // CONNECT and CONNACK
    public string ClientId { get; init; } = "";
    public bool CleanSession { get; init; } = true;
    public int KeepAlive { get; init; }
    public Packet? Will { get; init; } // a PUBLISH
    public string? UserName { get; init; }
    public byte[]? Password { get; init; }
    public bool SessionPresent { get; init; }
    public int ReturnCode { get; init; }
}

/// <summary>Table 2.1.</summary>
public enum PacketKind { Connect = 1, ConnAck, Publish, PubAck, PubRec, PubRel, PubComp, Subscribe, SubAck, Unsubscribe, UnsubAck, PingReq, PingResp, Disconnect }

/// <summary>Packets to bytes, section 3.</summary>
public static class PacketWriter
{
    public static byte[] Write(Packet packet)
    {
        List<byte> body = [];
        int flags = 0b0000;
        switch (packet.Kind)
        {
            case PacketKind.Connect: WriteConnect(packet, body); break;
            case PacketKind.ConnAck: body.AddRange([(byte)(packet.SessionPresent ? 1 : 0), (byte)packet.ReturnCode]); break;
            case PacketKind.Publish:
                flags = (packet.Duplicate ? 0b1000 : 0) | packet.Qos << 1 | (packet.Retain ? 0b0001 : 0);
                WriteText(packet.Topic, body);
                if (packet.Qos > 0) WriteNumber(packet.PacketId, body);
                body.AddRange(packet.Payload);
                break;
            case PacketKind.Subscribe or PacketKind.Unsubscribe:
                flags = 0b0010;
                WriteNumber(packet.PacketId, body);
                foreach ((string filter, int qos) in packet.Filters)
                {
                    WriteText(filter, body);
                    if (packet.Kind == PacketKind.Subscribe) body.Add((byte)qos);
                }

                break;
            case PacketKind.SubAck:
                WriteNumber(packet.PacketId, body);
                body.AddRange(packet.ReturnCodes);
                break;
            case PacketKind.PingReq or PacketKind.PingResp or PacketKind.Disconnect: break;
            default:
                if (packet.Kind == PacketKind.PubRel) flags = 0b0010;
                WriteNumber(packet.PacketId, body);
                break;
        }

        return [(byte)((int)packet.Kind << 4 | flags), .. Length(body.Count), .. body];
    }

    private static void WriteConnect(Packet packet, List<byte> body)
    {
        WriteText("MQTT", body);
        body.Add(4);
        int flags = packet.CleanSession ? 0b0000_0010 : 0;
        if (packet.Will is { } will) flags |= 0b0000_0100 | will.Qos << 3 | (will.Retain ? 0b0010_0000 : 0);
        if (packet.UserName is not null) flags |= 0b1000_0000;
        if (packet.Password is not null) flags |= 0b0100_0000;
        body.Add((byte)flags);
        WriteNumber(packet.KeepAlive, body);
        WriteText(packet.ClientId, body);
        if (packet.Will is not null)
        {
            WriteText(packet.Will.Topic, body);
            WriteBytes(packet.Will.Payload, body);
        }

        if (packet.UserName is not null) WriteText(packet.UserName, body);
        if (packet.Password is not null) WriteBytes(packet.Password, body);
    }

    /// <summary>2.2.3: seven bits a byte, the low ones first; the highest bit says that more follow.</summary>
    private static List<byte> Length(int length)
    {
        List<byte> bytes = [];
        do
        {
            bytes.Add((byte)(length % 128 + (length >= 128 ? 128 : 0)));
            length /= 128;
        }
        while (length > 0);
        return bytes;
    }

    private static void WriteNumber(int number, List<byte> body) => body.AddRange([(byte)(number >> 8), (byte)number]); // 1.5.2

    private static void WriteBytes(byte[] bytes, List<byte> body)
    {
        WriteNumber(bytes.Length, body);
        body.AddRange(bytes);
    }

    private static void WriteText(string text, List<byte> body) => WriteBytes(Encoding.UTF8.GetBytes(text), body); // 1.5.3
}

/// <summary>Bytes to packets, section 3. A packet that breaks a rule throws.</summary>
public sealed class PacketParser
{
    private static readonly UTF8Encoding strict = new(false, throwOnInvalidBytes: true);

    private readonly byte[] body;
    private int at;

    private PacketParser(byte[] body) => this.body = body;

    /// <summary>Takes the first packet off the bytes; null if it is not whole yet.</summary>
    public static Packet? Read(List<byte> bytes, bool fromClient)
    {
        if (bytes.Count == 0) return null;
        int flags = bytes[0] & 0b1111;
        var kind = (PacketKind)(bytes[0] >> 4);
        CheckHeader(kind, flags, fromClient);
        int length = 0;
        for (int i = 1; ; i++)
        {
            if (i > 4) throw new BrokenRuleException("2.2.3");
            if (i >= bytes.Count) return null;
            length += (bytes[i] & 0x7F) << 7 * (i - 1);
            if (bytes[i] >= 0x80) continue;
            if (bytes.Count < i + 1 + length) return null;
            var parser = new PacketParser([.. bytes.Skip(i + 1).Take(length)]);
            Packet packet = parser.ReadBody(kind, flags);
            if (parser.at < length) throw new BrokenRuleException("2.2.3"); // bytes behind the last field
            bytes.RemoveRange(0, i + 1 + length);
            return packet;
        }
    }

    private static void CheckHeader(PacketKind kind, int flags, bool fromClient)
    {
        if (kind is 0 or > PacketKind.Disconnect) throw new BrokenRuleException("2.2.1");
        bool isClients = kind is PacketKind.Connect or PacketKind.Subscribe or PacketKind.Unsubscribe or PacketKind.PingReq or PacketKind.Disconnect;
        bool isServers = kind is PacketKind.ConnAck or PacketKind.SubAck or PacketKind.UnsubAck or PacketKind.PingResp;
        if (fromClient ? isServers : isClients) throw new BrokenRuleException("2.2.1");
        if (kind == PacketKind.Publish)
        {
            if ((flags & 0b0110) == 0b0110) throw new BrokenRuleException("MQTT-3.3.1-4");
            if ((flags & 0b1110) == 0b1000) throw new BrokenRuleException("MQTT-3.3.1-2");
        }
        else if (flags != (kind is PacketKind.PubRel or PacketKind.Subscribe or PacketKind.Unsubscribe ? 0b0010 : 0))
        {
            throw new BrokenRuleException("MQTT-2.2.2-2");
        }
    }

    private Packet ReadBody(PacketKind kind, int flags)
    {
        switch (kind)
        {
            case PacketKind.Connect: return ReadConnect();
            case PacketKind.ConnAck: return ReadConnAck();
            case PacketKind.Publish:
                int qos = flags >> 1 & 0b11;
                string topic = ReadTopicName("MQTT-3.3.2-2");
                int packetId = qos > 0 ? ReadPacketId() : 0;
                return new Packet(kind)
                {
                    Topic = topic,
                    Qos = qos,
                    PacketId = packetId,
                    Payload = ReadRest(),
                    Retain = (flags & 0b0001) != 0,
                    Duplicate = (flags & 0b1000) != 0,
                };
            case PacketKind.Subscribe or PacketKind.Unsubscribe: return ReadFilters(kind);
            case PacketKind.SubAck:
                int id = ReadPacketId();
                byte[] codes = ReadRest();
                if (codes.Length == 0) throw new BrokenRuleException("MQTT-3.8.4-5");
                if (codes.Any(code => code is > 2 and not 0x80)) throw new BrokenRuleException("MQTT-3.9.3-2");
                return new Packet(kind) { PacketId = id, ReturnCodes = codes };
            case PacketKind.PingReq or PacketKind.PingResp or PacketKind.Disconnect: return new Packet(kind);
            default: return new Packet(kind) { PacketId = ReadPacketId() };
        }
    }

    private Packet ReadConnAck()
    {
        int flags = ReadByte();
        int code = ReadByte();
        if (flags > 1) throw new BrokenRuleException("3.2.2.1");
        if (code > 5) throw new BrokenRuleException("3.2.2.3");
        if (flags == 1 && code != 0) throw new BrokenRuleException("MQTT-3.2.2-4");
        return new Packet(PacketKind.ConnAck) { SessionPresent = flags == 1, ReturnCode = code };
    }

    private Packet ReadConnect()
    {
        if (ReadText() != "MQTT") throw new BrokenRuleException("MQTT-3.1.2-1");
        if (ReadByte() != 4) throw new BrokenRuleException("MQTT-3.1.2-2");
        int flags = ReadByte();
        bool hasWill = (flags & 0b0000_0100) != 0;
        int willQos = flags >> 3 & 0b11;
        bool willRetain = (flags & 0b0010_0000) != 0;
        bool hasPassword = (flags & 0b0100_0000) != 0;
        bool hasUserName = (flags & 0b1000_0000) != 0;
        bool cleanSession = (flags & 0b0000_0010) != 0;
        if ((flags & 0b0000_0001) != 0) throw new BrokenRuleException("MQTT-3.1.2-3");
        if (!hasWill && willQos != 0) throw new BrokenRuleException("MQTT-3.1.2-13");
        if (willQos == 3) throw new BrokenRuleException("MQTT-3.1.2-14");
        if (!hasWill && willRetain) throw new BrokenRuleException("MQTT-3.1.2-15");
        if (hasPassword && !hasUserName) throw new BrokenRuleException("MQTT-3.1.2-22");

        int keepAlive = ReadNumber();
        string clientId = ReadText();
        Packet? will = null;
        if (hasWill)
        {
            string topic = ReadTopicName("MQTT-4.7.1-1");
            will = new Packet(PacketKind.Publish) { Topic = topic, Payload = ReadBytes(), Qos = willQos, Retain = willRetain };
        }

        string? userName = hasUserName ? ReadText() : null;
        byte[]? password = hasPassword ? ReadBytes() : null;
        if (at < body.Length) throw new BrokenRuleException("MQTT-3.1.3-1");
        if (clientId.Length == 0 && !cleanSession) throw new BrokenRuleException("MQTT-3.1.3-7");
        return new Packet(PacketKind.Connect)
        {
            ClientId = clientId,
            CleanSession = cleanSession,
            KeepAlive = keepAlive,
            Will = will,
            UserName = userName,
            Password = password,
        };
    }

    private Packet ReadFilters(PacketKind kind)
    {
        int packetId = ReadPacketId();
        List<(string, int)> filters = [];
        while (at < body.Length)
        {
            string filter = ReadText();
            CheckFilter(filter);
            int qos = kind == PacketKind.Subscribe ? ReadByte() : 0;
            if (qos > 2) throw new BrokenRuleException("MQTT-3-8.3-4");
            filters.Add((filter, qos));
        }

        if (filters.Count == 0) throw new BrokenRuleException(kind == PacketKind.Subscribe ? "MQTT-3.8.3-3" : "MQTT-3.10.3-2");
        return new Packet(kind) { PacketId = packetId, Filters = filters };
    }

    private byte ReadByte() => at < body.Length ? body[at++] : throw new BrokenRuleException("2.2.3");

    private int ReadNumber() => ReadByte() << 8 | ReadByte(); // 1.5.2

    private int ReadPacketId() => ReadNumber() is var id and not 0 ? id : throw new BrokenRuleException("MQTT-2.3.1-1");

    private byte[] ReadRest()
    {
        byte[] rest = body[at..];
        at = body.Length;
        return rest;
    }

    private byte[] ReadBytes()
    {
        int length = ReadNumber();
        if (length > body.Length - at) throw new BrokenRuleException("1.5.3");
        at += length;
        return body[(at - length)..at];
    }

    private string ReadText()
    {
        try
        {
            string text = strict.GetString(ReadBytes());
            return text.Contains('\0', StringComparison.Ordinal) ? throw new BrokenRuleException("MQTT-1.5.3-2") : text;
        }
        catch (DecoderFallbackException)
        {
            throw new BrokenRuleException("MQTT-1.5.3-1");
        }
    }

    private string ReadTopicName(string wildcardRule)
    {
        string name = ReadText();
        if (name.Length == 0) throw new BrokenRuleException("MQTT-4.7.3-1");
        return name.AsSpan().ContainsAny('+', '#') ? throw new BrokenRuleException(wildcardRule) : name;
    }

    private static void CheckFilter(string filter)
    {
        if (filter.Length == 0) throw new BrokenRuleException("MQTT-4.7.3-1");
        string[] levels = filter.Split('/');
        for (int i = 0; i < levels.Length; i++)
        {
            if (levels[i].Contains('#', StringComparison.Ordinal) && (levels[i] != "#" || i < levels.Length - 1)) throw new BrokenRuleException("MQTT-4.7.1-2");
            if (levels[i].Contains('+', StringComparison.Ordinal) && levels[i] != "+") throw new BrokenRuleException("MQTT-4.7.1-3");
        }
    }
}

/// <summary>Whether a topic name matches a filter, 4.7.</summary>
public static class Topics
{
    public static bool Match(string filter, string name)
    {
        if (name[0] == '$' && filter[0] is '+' or '#') return false; // [MQTT-4.7.2-1]
        string[] wanted = filter.Split('/');
        string[] levels = name.Split('/');
        for (int i = 0; i < wanted.Length; i++)
        {
            if (wanted[i] == "#") return true; // also the parent level, 4.7.1.2
            if (i == levels.Length || (wanted[i] != "+" && wanted[i] != levels[i])) return false;
        }

        return wanted.Length == levels.Length;
    }
}

/// <summary>WebSocket, RFC 6455: the opening handshake of a client, and frames.</summary>
public static class Frames
{
    public static string Request(string host, string path, string key) =>
        $"GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
        + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n"; // 4.1, and [MQTT-6.0.0-3]

#pragma warning disable CA5350 // RFC 6455 4.2.2 names SHA-1; it protects nothing here
    public static string Accept(string key) => Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350

    /// <summary>5.2: FIN and opcode, mask bit and length, mask key, payload.</summary>
    public static byte[] Write(int opcode, byte[] payload, byte[]? maskKey)
    {
        List<byte> frame = [(byte)(0x80 | opcode)];
        int mask = maskKey is null ? 0 : 0x80;
        if (payload.Length < 126) frame.Add((byte)(mask | payload.Length));
        else if (payload.Length <= 0xFFFF) frame.AddRange([(byte)(mask | 126), (byte)(payload.Length >> 8), (byte)payload.Length]);
        else frame.AddRange([(byte)(mask | 127), 0, 0, 0, 0, .. BitConverter.GetBytes(payload.Length).Reverse()]);
        if (maskKey is not null) frame.AddRange(maskKey);
        for (int i = 0; i < payload.Length; i++) frame.Add((byte)(payload[i] ^ (maskKey?[i % 4] ?? 0))); // 5.3
        return [.. frame];
    }

    /// <summary>Takes the first frame off the bytes; null if it is not whole yet.</summary>
    public static (int Opcode, bool IsLast, byte[] Payload)? Read(List<byte> bytes, bool fromClient)
    {
        if (bytes.Count < 2) return null;
        int opcode = bytes[0] & 0b1111;
        bool isLast = (bytes[0] & 0x80) != 0;
        bool isMasked = (bytes[1] & 0x80) != 0;
        if ((bytes[0] & 0b0111_0000) != 0) throw new BrokenRuleException("WS-5.2-1");            // no extension was agreed on
        if (opcode is > 2 and < 8 or > 10) throw new BrokenRuleException("WS-5.2-3");
        if (isMasked != fromClient) throw new BrokenRuleException(fromClient ? "WS-5.1-2" : "WS-5.1-4");
        long length = bytes[1] & 0x7F;
        int sizeOfLength = length == 126 ? 2 : length == 127 ? 8 : 0;
        if (opcode >= 8 && (sizeOfLength > 0 || !isLast)) throw new BrokenRuleException("WS-5.5-1");
        int head = 2 + sizeOfLength + (isMasked ? 4 : 0);
        if (bytes.Count < head) return null;
        if (sizeOfLength > 0)
        {
            length = 0;
            for (int i = 0; i < sizeOfLength; i++) length = length << 8 | bytes[2 + i];
            if (length < (sizeOfLength == 2 ? 126 : 65536)) throw new BrokenRuleException("WS-5.2-6"); // the shortest form, or a negative number
        }

        if (bytes.Count - head < length) return null;
        byte[] payload = [.. bytes.Skip(head).Take((int)length)];
        for (int i = 0; isMasked && i < payload.Length; i++) payload[i] ^= bytes[head - 4 + i % 4];
        bytes.RemoveRange(0, head + (int)length);
        return (opcode, isLast, payload);
    }
}

/// <summary>What one end must remember of a session, 4.1: QoS 1 and 2 in both directions, 4.3. It knows packets alone.</summary>
public sealed class PlainSession
{
    private readonly SortedDictionary<long, Packet> unacknowledged = []; // in the order of their first sending [MQTT-4.6.0-1]
    private readonly HashSet<int> received = [];                         // identifiers at QoS 2, from PUBLISH to PUBREL
    private long sent;
    private int lastId;

    public int InFlight => unacknowledged.Count;

    /// <summary>Gives a message an identifier that is not in use, and keeps it until it is acknowledged. [MQTT-2.3.1-2]</summary>
    public Packet Send(Packet publish)
    {
        if (publish.Qos == 0) return publish;
        do lastId = lastId % 65535 + 1;
        while (unacknowledged.Values.Any(one => one.PacketId == lastId));
        Packet packet = publish with { PacketId = lastId };
        unacknowledged[sent++] = packet;
        return packet;
    }

    /// <summary>Takes a packet of the other end: returns what is answered, and the message that is delivered.</summary>
    public (Packet? Answer, Packet? Delivered) Receive(Packet packet)
    {
        switch (packet.Kind)
        {
            case PacketKind.Publish when packet.Qos == 0: return (null, packet);
            case PacketKind.Publish when packet.Qos == 1: return (Ack(PacketKind.PubAck, packet), packet);              // [MQTT-4.3.2-2]
            case PacketKind.Publish: return (Ack(PacketKind.PubRec, packet), received.Add(packet.PacketId) ? packet : null); // [MQTT-4.3.3-2]
            case PacketKind.PubRel:
                received.Remove(packet.PacketId);
                return (Ack(PacketKind.PubComp, packet), null);
            case PacketKind.PubAck or PacketKind.PubComp:
                Forget(packet.PacketId);
                return (null, null);
            case PacketKind.PubRec:                                                                                        // [MQTT-4.3.3-1]
                foreach (long place in PlacesOf(packet.PacketId)) unacknowledged[place] = Ack(PacketKind.PubRel, packet);
                return (Ack(PacketKind.PubRel, packet), null);
            default: return (null, null);
        }
    }

    /// <summary>What is sent again on the next connection of a kept session, in order. [MQTT-4.4.0-1] [MQTT-4.6.0-1]</summary>
    public IEnumerable<Packet> SendAgain() => unacknowledged.Values.Select(packet => packet.Kind == PacketKind.Publish ? packet with { Duplicate = true } : packet);

    private void Forget(int packetId)
    {
        foreach (long place in PlacesOf(packetId)) unacknowledged.Remove(place);
    }

    private long[] PlacesOf(int packetId) => [.. unacknowledged.Where(one => one.Value.PacketId == packetId).Select(one => one.Key)];

    private static Packet Ack(PacketKind kind, Packet to) => new(kind) { PacketId = to.PacketId };
}

/// <summary>A client over ws, with a blocking socket: one thread calls it, and nothing happens between its calls.</summary>
public sealed class PlainClient : IDisposable
{
    private readonly TcpClient socket;
    private readonly Stream stream;
    private readonly List<byte> fromSocket = [];
    private readonly List<byte> fromFrames = [];
    private readonly Queue<Packet> delivered = [];
    private readonly PlainSession session = new();

    public PlainClient(string host, int port, string path, string clientId)
    {
        socket = new TcpClient(host, port);
        stream = socket.GetStream();
        string key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        stream.Write(Encoding.ASCII.GetBytes(Frames.Request($"{host}:{port}", path, key)));
        string head = ReadHead();
        if (!head.StartsWith("HTTP/1.1 101 ", StringComparison.Ordinal)) throw new BrokenRuleException($"WS-4.1-30: {head.Split('\r')[0]}");
        if (!head.Contains($"Sec-WebSocket-Accept: {Frames.Accept(key)}\r\n", StringComparison.OrdinalIgnoreCase)) throw new BrokenRuleException("WS-4.1-34");
        Send(new Packet(PacketKind.Connect) { ClientId = clientId });
        Packet answer = Next();
        if (answer.Kind != PacketKind.ConnAck || answer.ReturnCode != 0) throw new BrokenRuleException($"MQTT-3.2.0-1: {answer}");
    }

    public void Subscribe(string filter, int qos)
    {
        Send(new Packet(PacketKind.Subscribe) { PacketId = 1, Filters = [(filter, qos)] });
        while (Step().Kind != PacketKind.SubAck)
        {
        }
    }

    /// <summary>Publishes, and returns when the message is acknowledged.</summary>
    public void Publish(string topic, byte[] payload, int qos)
    {
        Send(session.Send(new Packet(PacketKind.Publish) { Topic = topic, Payload = payload, Qos = qos }));
        while (session.InFlight > 0) Step();
    }

    public Packet Receive()
    {
        while (delivered.Count == 0) Step();
        return delivered.Dequeue();
    }

    public void Dispose()
    {
        Send(new Packet(PacketKind.Disconnect));
        stream.Write(Frames.Write(8, [0x03, 0xE8], RandomNumberGenerator.GetBytes(4))); // Close, 1000
        socket.Dispose();
    }

    /// <summary>Waits for one packet, and does what it asks for.</summary>
    private Packet Step()
    {
        Packet packet = Next();
        (Packet? answer, Packet? message) = session.Receive(packet);
        if (answer is not null) Send(answer);
        if (message is not null) delivered.Enqueue(message);
        return packet;
    }

    private void Send(Packet packet) => stream.Write(Frames.Write(2, PacketWriter.Write(packet), RandomNumberGenerator.GetBytes(4)));

    private Packet Next()
    {
        while (true)
        {
            if (PacketParser.Read(fromFrames, fromClient: false) is { } packet) return packet;
            (int opcode, _, byte[] payload) = NextFrame();
            if (opcode == 9) stream.Write(Frames.Write(10, payload, RandomNumberGenerator.GetBytes(4))); // Pong, 5.5.3
            else if (opcode == 8) throw new EndOfStreamException("The server closed the WebSocket.");
            else if (opcode is 0 or 2) fromFrames.AddRange(payload);                                       // [MQTT-6.0.0-2]
            else if (opcode == 1) throw new BrokenRuleException("MQTT-6.0.0-1");
        }
    }

    private (int Opcode, bool IsLast, byte[] Payload) NextFrame()
    {
        while (true)
        {
            if (Frames.Read(fromSocket, fromClient: false) is { } frame) return frame;
            ReadMore();
        }
    }

    private string ReadHead()
    {
        while (true)
        {
            string text = Encoding.Latin1.GetString([.. fromSocket]);
            int end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end >= 0)
            {
                fromSocket.RemoveRange(0, end + 4);
                return text[..(end + 2)];
            }

            ReadMore();
        }
    }

    private void ReadMore()
    {
        byte[] buffer = new byte[4096];
        int read = stream.Read(buffer);
        if (read == 0) throw new EndOfStreamException("The server closed the connection.");
        fromSocket.AddRange(buffer.AsSpan(0, read));
    }
}
