// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Text;
using RawMqtt.Codec;
using RawMqtt.Sessions;

namespace RawMqtt.Tests.Sessions;

/// <summary>A client session under test: what it sends is told in words, and the server's packets are written by the test.</summary>
internal sealed class SessionFixture(int inFlightLimit = 20, int maximumPacketLength = 1 << 20, bool republishes = false)
{
    private readonly OutgoingBuffer output = new();

    public ClientSession Session { get; } = new(inFlightLimit, maximumPacketLength, pingTimeout: TimeSpan.FromSeconds(10)) { RepublishesQos1 = republishes };

    public TimeSpan Now { get; set; }

    public OutgoingBuffer Output => output;

    /// <summary>Receipts of the messages that came, in their order.</summary>
    public List<Receipt> Receipts { get; } = [];

    /// <summary>Connects and takes the CONNACK; what was sent meanwhile is thrown away.</summary>
    public void Connect(bool clean = true, bool sessionPresent = false, ushort keepAlive = 0)
    {
        SendConnect(clean, keepAlive);
        output.Reset();
        Receive(new ConnAckPacket { SessionPresent = sessionPresent });
    }

    public void SendConnect(bool clean = true, ushort keepAlive = 0) =>
        Session.Connect(new ConnectPacket { ClientId = "c"u8, CleanSession = clean, KeepAlive = keepAlive }, Now, output);

    public ushort Publish(string topic, QualityOfService qos) => Session.Publish(Encoding.UTF8.GetBytes(topic), "x"u8, qos, retain: false, output);

    public ushort Subscribe(params string[] filters)
    {
        var payload = new ArrayBufferWriter<byte>();
        foreach (string filter in filters) SubscriptionList.Write(payload, new Subscription { Filter = Encoding.UTF8.GetBytes(filter) });
        return Session.Subscribe(SubscriptionList.Read(payload.WrittenSpan), output);
    }

    public ushort Unsubscribe(string filter)
    {
        var payload = new ArrayBufferWriter<byte>();
        FilterList.Write(payload, Encoding.UTF8.GetBytes(filter));
        return Session.Unsubscribe(FilterList.Read(payload.WrittenSpan), output);
    }

    /// <summary>Gives the session a packet of the server, and returns what happened in words.</summary>
    public List<string> Receive<TPacket>(TPacket packet)
        where TPacket : IControlPacket, allows ref struct
    {
        byte[] bytes = new byte[packet.Length];
        packet.Write(bytes);
        return Receive(bytes);
    }

    public List<string> Receive(ReadOnlySpan<byte> bytes)
    {
        var events = new List<string>();
        while (Session.TryReceive(ref bytes, Now, output, out SessionEvent happened))
        {
            events.Add(Describe(happened));
            if (happened.Kind == SessionEventKind.Message && happened.Receipt.Qos > 0) Receipts.Add(happened.Receipt);
        }

        return events;
    }

    public List<string> ReceivePublish(string topic, QualityOfService qos, ushort packetId = 0, bool duplicate = false) =>
        Receive(new PublishPacket { Topic = Encoding.UTF8.GetBytes(topic), Payload = "x"u8, Qos = qos, PacketId = packetId, Duplicate = duplicate });

    public void Acknowledge(int index) => Session.Acknowledge(Receipts[index], output);

    /// <summary>What the session has sent since the last call, in words. It has left now.</summary>
    public List<string> Sent()
    {
        List<string> sent = SentPackets.Describe(output.Written.Span);
        if (sent.Count > 0)
        {
            Session.Leaving(Now, output.Length);
            Session.Sent(Now);
        }

        output.Reset();
        return sent;
    }

    private static string Describe(in SessionEvent happened) => happened.Kind switch
    {
        SessionEventKind.Connected => $"Connected{(happened.SessionPresent ? " present" : "")}{(happened.SessionLost ? " lost" : "")}",
        SessionEventKind.Refused => $"Refused {happened.ReturnCode}",
        SessionEventKind.Message => $"Message {Encoding.UTF8.GetString(happened.Topic)} qos{(int)happened.Receipt.Qos}",
        SessionEventKind.Subscribed => $"Subscribed {happened.PacketId} [{string.Join(' ', happened.ReturnCodes.ToArray())}]",
        SessionEventKind.Violation => $"Violation {happened.Violation!.Rule}",
        SessionEventKind.Pong => "Pong",
        _ => $"{happened.Kind} {happened.PacketId}",
    };
}
