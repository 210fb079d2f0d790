// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Text;
using RawMqtt.Codec;

namespace RawMqtt.Tests.Simulation;

/// <summary>Watches one end of one session, through all its connections: what it sends must follow from what it has received. An
/// implementation of the rules that shares nothing with the one under test.</summary>
internal sealed class WireRules(string name, MqttRole end)
{
    private readonly Dictionary<ushort, Exchange> open = [];
    private readonly Queue<(PacketType Answer, ushort PacketId)> unanswered = new();
    private readonly HashSet<ushort> unreleased = [];
    private readonly HashSet<string> sent = [];
    private readonly Queue<ushort> pubRecs = new();
    private readonly List<Exchange> resendable = [];
    private readonly List<(ushort PacketId, Exchange Exchange)> unsaved = [];
    private Link? current;
    private long order;
    private bool isFirst;
    private bool hasEnded;
    private bool isClean;
    private bool hasSession;
    private TimeSpan? lastSent;
    private int keepAlive;

    /// <summary>The payloads of messages that were sent more than once: at QoS 1, or at QoS 2 because the session was lost.</summary>
    public HashSet<string> SentAgain { get; } = [];

    private MqttRole Peer => end == MqttRole.Client ? MqttRole.Server : MqttRole.Client;

    /// <summary>A new connection; what was not acknowledged before may, and in a kept session must, be sent again.</summary>
    public void NewConnection()
    {
        isFirst = true;
        hasEnded = false;
        lastSent = null;
        unanswered.Clear();
        pubRecs.Clear();
        foreach (ushort id in open.Where(exchange => exchange.Value.Payload is null && !exchange.Value.IsReleased).Select(exchange => exchange.Key).ToList())
            open.Remove(id);
        resendable.Clear();
        resendable.AddRange(open.Values.OrderBy(exchange => exchange.Order));
    }

    /// <summary>The server's end: a CONNECT makes its link the session's connection, and an older link is none any more.</summary>
    public bool IsCurrent(Link link, ReadOnlySpan<byte> received)
    {
        if (link != current && received.Length > 0 && received[0] >> 4 == (int)PacketType.Connect)
        {
            current = link;
            NewConnection();
        }

        return link == current;
    }

    /// <summary>The server's end: the session was ended by someone else.</summary>
    public void Discarded() => hasSession = false;

    /// <summary>The session is new on both sides.</summary>
    public void Forget()
    {
        open.Clear();
        unreleased.Clear();
        resendable.Clear();
    }

    /// <summary>The clock jumped, or the end was not there: its silence is no fault.</summary>
    public void Excuse() => lastSent = null;

    /// <summary>This end will remember what it has received so far.</summary>
    public void Saved() => unsaved.Clear();

    /// <summary>This end was ended: what it had not saved never came, and it asks for it again.</summary>
    public void EndedUnsaved(Predicate<ushort> isOpen)
    {
        foreach ((ushort packetId, Exchange exchange) in unsaved.Where(answered => isOpen(answered.PacketId))) open.TryAdd(packetId, exchange);
        unsaved.Clear();
    }

    public void Sent(ReadOnlySpan<byte> bytes, TimeSpan now)
    {
        if (end == MqttRole.Client && keepAlive > 0 && lastSent is TimeSpan last)
        {
            Require(now - last <= TimeSpan.FromSeconds(keepAlive), "MQTT-3.1.2-23", $"silent for {(now - last).TotalSeconds} s");
        }

        lastSent = now;
        var reader = new PacketReader(bytes, end);
        while (reader.Read() == OperationStatus.Done) Sent(reader.Header, reader.Body);
        Require(reader.Consumed == bytes.Length, "4.8", $"bytes that are no packet: {reader.Violation}");
    }

    /// <summary>Whole packets that this end has taken.</summary>
    public void Received(ReadOnlySpan<byte> bytes)
    {
        var reader = new PacketReader(bytes, Peer);
        while (reader.Read() == OperationStatus.Done) Received(reader.Header, reader.Body);
    }

    private void Sent(FixedHeader header, ReadOnlySpan<byte> body)
    {
        Require(!hasEnded, "MQTT-3.14.4-2", "a packet after the last one");
        Require(!isFirst || header.Type is PacketType.Connect or PacketType.ConnAck, "MQTT-3.1.0-1", $"{header.Type} is first");
        Require(isFirst || header.Type is not (PacketType.Connect or PacketType.ConnAck), "MQTT-3.1.0-2", $"{header.Type} is not first");
        isFirst = false;
        switch (header.Type)
        {
            case PacketType.Connect:
                ConnectPacket.TryRead(body, out ConnectPacket connect, out _);
                keepAlive = connect.KeepAlive;
                if (connect.CleanSession) Forget();
                break;
            case PacketType.ConnAck:
                hasEnded = body[1] != 0;
                Require(body[0] == 0 || (hasSession && !isClean), "MQTT-3.2.2-3", "Session Present, and there is none");
                Require(body[0] == 1 || !hasSession || isClean, "MQTT-3.2.2-2", "no Session Present, and there is one");
                hasSession = !isClean;
                if (body[0] == 0) Forget();
                break;
            case PacketType.Publish: SentPublish(header, body); break;
            case PacketType.PubRel: SentPubRel(IdOf(body)); break;
            case PacketType.PubAck or PacketType.PubRec: SentAnswer(header.Type, IdOf(body)); break;
            case PacketType.Subscribe or PacketType.Unsubscribe: Open(IdOf(body), new Exchange(order++, null, default, false)); break;
            case PacketType.Disconnect: hasEnded = true; break;
        }
    }

    private void SentPublish(FixedHeader header, ReadOnlySpan<byte> body)
    {
        Require(PublishPacket.TryRead(header, body, out PublishPacket packet, out ProtocolViolation? violation), violation?.Rule ?? "", "malformed PUBLISH");
        if (packet.Qos == QualityOfService.AtMostOnce) return;
        string payload = $"{Encoding.UTF8.GetString(packet.Topic)} {Encoding.UTF8.GetString(packet.Payload)}";
        if (!sent.Add(payload) && (packet.Qos == QualityOfService.AtLeastOnce || !packet.Duplicate)) SentAgain.Add(Encoding.UTF8.GetString(packet.Payload));
        if (!packet.Duplicate)
        {
            Require(resendable.Count == 0 || end == MqttRole.Server, "MQTT-4.6.0-1", "a new PUBLISH before all old ones were sent again");
            Open(packet.PacketId, new Exchange(order++, payload, packet.Qos, false));
            return;
        }

        Require(open.TryGetValue(packet.PacketId, out Exchange? exchange), "MQTT-4.4.0-1", $"sent again, but identifier {packet.PacketId} is not open");
        Require(!exchange!.IsReleased, "MQTT-4.3.3-1", $"PUBLISH {packet.PacketId} again after PUBREC");
        Require(exchange.Payload == payload && exchange.Qos == packet.Qos, "MQTT-2.3.1-3", $"another message under the open identifier {packet.PacketId}");
        int place = resendable.FindIndex(other => other == exchange);
        Require(place >= 0, "4.4", $"PUBLISH {packet.PacketId} again on a connection that lives");
        Require(!resendable.Take(place).Any(other => !other.IsReleased), "MQTT-4.6.0-1", $"PUBLISH {packet.PacketId} is out of order");
        resendable.RemoveRange(0, place + 1);
    }

    private void SentPubRel(ushort id)
    {
        if (pubRecs.Count > 0 && pubRecs.Contains(id))
        {
            Require(pubRecs.Dequeue() == id, "MQTT-4.6.0-4", $"PUBREL {id} is out of order");
            return;
        }

        Require(open.TryGetValue(id, out Exchange? exchange) && exchange.IsReleased, "MQTT-4.3.3-1", $"PUBREL {id} without a PUBREC");
        resendable.Remove(exchange!);
    }

    private void SentAnswer(PacketType answer, ushort id)
    {
        Require(unanswered.TryDequeue(out (PacketType Answer, ushort PacketId) due), "MQTT-3.3.4-1", $"{answer} {id} for nothing");
        Require(due == (answer, id), "MQTT-4.6.0-2", $"{answer} {id} where {due} is due");
    }

    private void Received(FixedHeader header, ReadOnlySpan<byte> body)
    {
        switch (header.Type)
        {
            case PacketType.Connect:
                ConnectPacket.TryRead(body, out ConnectPacket connect, out _);
                isClean = connect.CleanSession;
                if (isClean) Forget();
                break;
            case PacketType.ConnAck:
                if (body[0] == 0) Forget();
                Excuse(); // nothing but CONNECT is sent before, however short the Keep Alive
                break;
            case PacketType.Publish:
                PublishPacket.TryRead(header, body, out PublishPacket packet, out _);
                if (packet.Qos == QualityOfService.AtLeastOnce) unanswered.Enqueue((PacketType.PubAck, packet.PacketId));
                if (packet.Qos == QualityOfService.ExactlyOnce) unanswered.Enqueue((PacketType.PubRec, packet.PacketId));
                break;
            case PacketType.PubRec:
                pubRecs.Enqueue(IdOf(body));
                if (open.TryGetValue(IdOf(body), out Exchange? exchange)) exchange.IsReleased = true;
                break;
            case PacketType.PubAck or PacketType.PubComp or PacketType.SubAck or PacketType.UnsubAck:
                if (open.Remove(IdOf(body), out Exchange? done))
                {
                    resendable.Remove(done);
                    if (done.Payload is not null) unsaved.Add((IdOf(body), done));
                }

                break;
        }
    }

    private void Open(ushort id, Exchange exchange)
    {
        Require(id != 0, "MQTT-2.3.1-1", "identifier 0");
        Require(open.TryAdd(id, exchange), "MQTT-2.3.1-2", $"identifier {id} is open");
    }

    private void Require(bool condition, string rule, string otherwise)
    {
        if (!condition) throw new SimulationException($"{name} breaks [{rule}]: {otherwise}");
    }

    private static ushort IdOf(ReadOnlySpan<byte> body) => (ushort)(body[0] << 8 | body[1]);

    private sealed class Exchange(long order, string? payload, QualityOfService qos, bool isReleased)
    {
        public long Order => order;

        public string? Payload => payload;

        public QualityOfService Qos => qos;

        public bool IsReleased { get; set; } = isReleased;
    }
}

/// <summary>An invariant does not hold.</summary>
public sealed class SimulationException(string message) : Exception(message);
