// SPDX-License-Identifier: MIT

using RawMqtt.Codec;
using RawMqtt.Sessions;

namespace RawMqtt.Brokers;

/// <summary>Brings messages to one client: at once, later from its queue, or not at all, as <see cref="SlowReaders"/> decides.</summary>
internal sealed class Deliveries(BrokerTurn turn, SlowReaders slow, FullQueues full, Replays replays, DropReports drops)
{
    private readonly MqttBrokerStatistics counters = turn.Statistics;

    /// <summary>Sends a message at QoS 1 or 2, or queues it if there is room. RETAIN is set for bridges alone [MQTT-3.3.1-9].</summary>
    public void Deliver(Subscriber subscriber, ApplicationMessage message, QualityOfService qos, bool retain)
    {
        if (slow.CanSend(subscriber, message))
        {
            ushort packetId = subscriber.Session.Send(message, qos, retain, subscriber.Connection!.Output);
            if (turn.Journal is { } journal && subscriber.Number > 0) NoteSent(journal, subscriber, packetId, qos, retain);
            slow.NoteAppended(subscriber.Connection, message.Length);
            counters.MessagesSent++;
            turn.MarkDirty(subscriber.Connection);
        }
        else if (slow.FindFullLimit(subscriber, message.Length, isKept: true) is not { } limit || full.TryMakeRoom(subscriber, message.Length, limit))
        {
            subscriber.Session.Queue(message, qos, retain);
            if (turn.Journal is { } noting && subscriber.Number > 0) NoteQueued(noting, subscriber, qos, retain);
            slow.NoteQueued(subscriber);
        }
    }

    /// <summary>Returns whether a message at QoS 1 or 2 would be sent or queued now. It is not in memory yet.</summary>
    public bool WouldKeep(Subscriber subscriber, int length) =>
        slow.FindFullLimit(subscriber, length, isKept: false) is null || full.CanMakeRoom(subscriber, length, isKept: false);

    /// <summary>Sends a message at QoS 0, or sheds it.</summary>
    /// <param name="connection">That of the client.</param>
    /// <param name="message">The message.</param>
    /// <param name="atQos0">The message as a PUBLISH at QoS 0, or empty; its first byte is not looked at.</param>
    /// <param name="retain">The RETAIN bit, for bridges alone [MQTT-3.3.1-9].</param>
    public void SendAtMostOnce(BrokerConnection connection, in PublishPacket message, ReadOnlySpan<byte> atQos0, bool retain)
    {
        var packet = new PublishPacket { Topic = message.Topic, Payload = message.Payload, Retain = retain }; // QoS 0, DUP 0 [MQTT-4.3.1-1]
        int length = atQos0.IsEmpty ? packet.Length : atQos0.Length;
        if (!slow.CanSendAtMostOnce(connection, length))
        {
            counters.MessagesShed++;
            drops.Count(connection.Subscriber, nameof(MqttBrokerLimits.MaxOutgoingBytes));
            return;
        }

        Span<byte> destination = connection.Output.GetSpan(length);
        if (atQos0.IsEmpty)
        {
            packet.Write(destination);
        }
        else
        {
            atQos0.CopyTo(destination);
            destination[0] = (byte)((int)PacketType.Publish << 4 | (retain ? 1 : 0));
        }

        connection.Output.Advance(length);
        slow.NoteAppended(connection, length);
        counters.MessagesSent++;
        turn.MarkDirty(connection);
    }

    /// <summary>Sends what waits for a client, as far as its window and the limit of its connection allow.</summary>
    public void SendWaiting(Subscriber subscriber)
    {
        if (subscriber.Connection is not { } connection) return;
        if (subscriber.Replay is not null) replays.Continue(subscriber);

        ServerSession session = subscriber.Session;
        if (session.CanSendQueued)
        {
            int before = connection.Unsent;
            int sent = turn.Journal is { } journal && subscriber.Number > 0
                ? SendQueued(journal, subscriber, connection, slow.OutgoingLimit - before)
                : session.SendQueued(connection.Output, slow.OutgoingLimit - before);
            counters.MessagesSent += sent;
            if (sent > 0)
            {
                slow.NoteAppended(connection, connection.Unsent - before);
                turn.MarkDirty(connection);
            }
        }

        slow.NoteSent(subscriber);
    }

    /// <summary>The message leaves once its record, which ends when all receivers are known, is committed [MQTT-4.4.0-1].</summary>
    private static void NoteSent(BrokerJournal journal, Subscriber subscriber, ushort packetId, QualityOfService qos, bool retain)
    {
        journal.Deliver(subscriber.Number, packetId, qos, retain);
        subscriber.Connection!.WaitsFor = journal.Position + 1;
    }

    private void NoteQueued(BrokerJournal journal, Subscriber subscriber, QualityOfService qos, bool retain)
    {
        journal.Deliver(subscriber.Number, 0, qos, retain);
        if (slow.IsMemoryFull || subscriber.LeavesMemory) turn.RequestEviction(subscriber);
    }

    private int SendQueued(BrokerJournal journal, Subscriber subscriber, BrokerConnection connection, int room)
    {
        int sent = 0;
        for (; room > 0 && subscriber.Session.TrySendNext(connection.Output, out long number, out ushort packetId, out int length); sent++)
        {
            room -= length;
            journal.Send(subscriber.Number, number, packetId);
        }

        if (sent > 0) connection.WaitsFor = journal.Position;
        if (room > 0 && subscriber.Session.MustLoad) turn.RequestLoad(subscriber);
        return sent;
    }
}
