// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Text;
using RawMqtt.Brokers;
using RawMqtt.Codec;
using RawMqtt.Tests.Codec.Vectors;

namespace RawMqtt.Tests.Brokers;

/// <summary>The other end of a connection of a <see cref="TestBroker"/>: sends bytes, and says in words what came back.</summary>
internal sealed class TestClient
{
    private readonly TestBroker broker;
    private readonly ArrayBufferWriter<byte> received = new();
    private byte[] unread = [];

    public TestClient(TestBroker broker)
    {
        this.broker = broker;
        Connection = broker.Core.Accept(broker.Now);
        Connection.Carrier = this;
    }

    public BrokerConnection Connection { get; }

    /// <summary>False: what the broker wants to send stays with it, as for a client that does not read.</summary>
    public bool TakesBytes { get; set; } = true;

    /// <summary>How often the broker was given what was sent.</summary>
    public int Turns { get; private set; }

    public MqttConnectionEnd? End => Connection.End;

    /// <summary>The rule that the broker says was broken.</summary>
    public string? Rule => Connection.Violation?.Rule;

    /// <summary>Bytes as <see cref="ByteText"/> reads them.</summary>
    public void Send(string bytes) => Send(ByteText.Parse(bytes));

    public void Send(ReadOnlySpan<byte> bytes)
    {
        byte[] all = [.. unread, .. bytes];
        do
        {
            int used = broker.Core.Receive(Connection, all, broker.Now);
            all = all[used..];
            Turns++;
            broker.Flush();
        }
        while (Connection.HasStopped && Connection.Pause == Pause.None);
        unread = all;
    }

    public void Send<TPacket>(TPacket packet)
        where TPacket : IControlPacket, allows ref struct
    {
        byte[] bytes = new byte[packet.Length];
        packet.Write(bytes);
        Send(bytes);
    }

    public void Connect(string clientId, bool cleanSession = true, ushort keepAlive = 0, string? willTopic = null, string will = "",
        QualityOfService willQos = 0, bool willRetain = false) =>
        Send(new ConnectPacket
        {
            ClientId = Utf8(clientId),
            CleanSession = cleanSession,
            KeepAlive = keepAlive,
            HasWill = willTopic is not null,
            WillTopic = Utf8(willTopic ?? ""),
            WillMessage = Utf8(will),
            WillQos = willQos,
            WillRetain = willRetain,
        });

    public void Publish(string topic, string payload = "", int qos = 0, ushort id = 0, bool retain = false, bool duplicate = false) =>
        Send(new PublishPacket
        {
            Topic = Utf8(topic),
            Payload = Utf8(payload),
            Qos = (QualityOfService)qos,
            PacketId = id,
            Retain = retain,
            Duplicate = duplicate
        });

    public void Subscribe(ushort id, params ReadOnlySpan<(string Filter, int Qos)> filters)
    {
        var payload = new ArrayBufferWriter<byte>();
        foreach ((string filter, int qos) in filters) SubscriptionList.Write(payload, new Subscription { Filter = Utf8(filter), Qos = (QualityOfService)qos });
        Send(new SubscribePacket { PacketId = id, Subscriptions = SubscriptionList.Read(payload.WrittenSpan) });
    }

    /// <summary>Subscribes to one filter and takes the SUBACK.</summary>
    public void Subscribed(string filter, int qos = 0)
    {
        Subscribe(1, (filter, qos));
        Assert.Equal($"SUBACK 1: {qos}", Received().First());
    }

    public void Unsubscribe(ushort id, params ReadOnlySpan<string> filters)
    {
        var payload = new ArrayBufferWriter<byte>();
        foreach (string filter in filters) FilterList.Write(payload, Utf8(filter));
        Send(new UnsubscribePacket { PacketId = id, Filters = FilterList.Read(payload.WrittenSpan) });
    }

    /// <summary>The broker has seen it acknowledge: it may hold publishers back.</summary>
    public void HasAcknowledged() => Connection.Subscriber!.HasAcknowledged = true;

    public void PubAck(ushort id) => Send(new PubAckPacket { PacketId = id });

    public void PubRec(ushort id) => Send(new PubRecPacket { PacketId = id });

    public void PubRel(ushort id) => Send(new PubRelPacket { PacketId = id });

    public void PubComp(ushort id) => Send(new PubCompPacket { PacketId = id });

    public void Disconnect() => Send(new DisconnectPacket());

    /// <summary>The network connection breaks.</summary>
    public void Lose()
    {
        broker.Core.Lost(Connection, broker.Now);
        broker.Flush();
    }

    public void Take(ReadOnlySpan<byte> bytes) => received.Write(bytes);

    /// <summary>What came since this was last asked, as <c>PUBLISH 7 qos1 dup retain a/b=text</c>.</summary>
    public List<string> Received()
    {
        var packets = new List<string>();
        var reader = new PacketReader(received.WrittenSpan, MqttRole.Server);
        while (reader.Read() == OperationStatus.Done) packets.Add(Describe(reader.Header, reader.Body));
        Assert.Null(reader.Violation);
        Assert.Equal(received.WrittenCount, reader.Consumed);
        received.ResetWrittenCount();
        return packets;
    }

    public byte[] ReceivedBytes()
    {
        byte[] bytes = received.WrittenSpan.ToArray();
        received.ResetWrittenCount();
        return bytes;
    }

    private static string Describe(FixedHeader header, ReadOnlySpan<byte> body)
    {
        switch (header.Type)
        {
            case PacketType.ConnAck:
                Assert.True(ConnAckPacket.TryRead(body, out ConnAckPacket connAck, out _));
                return $"CONNACK {(int)connAck.ReturnCode}{(connAck.SessionPresent ? " present" : "")}";
            case PacketType.Publish:
                Assert.True(PublishPacket.TryRead(header, body, out PublishPacket publish, out _));
                return $"PUBLISH{(publish.Qos > 0 ? $" {publish.PacketId}" : "")} "
                    + $"qos{(int)publish.Qos}{(publish.Duplicate ? " dup" : "")}{(publish.Retain ? " retain" : "")} " +
                    $"{Encoding.UTF8.GetString(publish.Topic)}={Encoding.UTF8.GetString(publish.Payload)}";
            case PacketType.SubAck:
                Assert.True(SubAckPacket.TryRead(body, out SubAckPacket subAck, out _));
                return $"SUBACK {subAck.PacketId}: {string.Join(' ', subAck.ReturnCodes.ToArray().Select(code => $"{code:x}"))}";
            case PacketType.PingResp:
                return "PINGRESP";
            default:
                Assert.Equal(2, body.Length);
                return $"{header.Type.ToString().ToUpperInvariant()} {body[0] << 8 | body[1]}";
        }
    }

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
