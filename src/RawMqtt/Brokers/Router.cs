// SPDX-License-Identifier: MIT

using RawMqtt.Codec;
using RawMqtt.Sessions;

namespace RawMqtt.Brokers;

/// <summary>Brings each message to the clients whose subscriptions match its topic, and keeps the retained ones.</summary>
internal sealed class Router(
    BrokerTurn turn, SubscriptionTree subscriptions, RetainedMessages retained, ApplicationMessagePool messages, SessionList sessions, SlowReaders slow,
    JournalHolds holds, Deliveries deliveries, DropReports drops, Utf8Comparer comparer, BrokerCallbacks callbacks)
{
    private readonly TopicRoutes routes = new(subscriptions, comparer, callbacks.CanRead);

    /// <summary>Takes a message from a client, a Will or the program.</summary>
    /// <param name="packet">The message; its DUP bit is not passed on [MQTT-3.3.1-3].</param>
    /// <param name="atQos0">The message as a PUBLISH at QoS 0, or empty; its first byte is not looked at.</param>
    /// <param name="from">The connection that it came on, if any.</param>
    /// <param name="publisher">The client whose Will it is; null: that of the connection.</param>
    /// <param name="will">The number of that Will in the <see cref="BrokerJournal"/>.</param>
    public void Publish(in PublishPacket packet, ReadOnlySpan<byte> atQos0, BrokerConnection? from, Subscriber? publisher = null, long will = 0)
    {
        BrokerJournal? journal = turn.Journal;
        journal?.BeginPublish(packet.Qos == QualityOfService.ExactlyOnce ? from?.Subscriber?.Number ?? 0 : 0, packet.PacketId, will);
        ApplicationMessage? kept = packet.Retain ? Retain(packet, publisher ?? from?.Subscriber) : null;
        TopicRoute route = RouteOf(packet, from);
        turn.Steps += route.Count;
        foreach (TopicRoute.Receiver receiver in route.Receivers)
        {
            QualityOfService qos = packet.Qos < receiver.Qos ? packet.Qos : receiver.Qos; // [MQTT-3.8.4-6]
            Subscriber subscriber = receiver.Subscriber;
            if (subscriber.IsBridge && subscriber == from?.Subscriber) continue;
            bool retain = subscriber.IsBridge && packet.Retain;
            if (subscriber.Local is not null) // the program sees RETAIN as it was published
            {
                var message = new PublishPacket { Topic = packet.Topic, Payload = packet.Payload, Qos = qos, Retain = packet.Retain };
                if (journal is not null && packet.Qos == QualityOfService.ExactlyOnce) turn.DeferLocal(subscriber, message, messages, journal.Position + 1);
                else if (subscriber.Local(message)) slow.HoldForProgram(subscriber);
            }
            else if (qos > QualityOfService.AtMostOnce)
            {
                kept ??= Keep(packet);
                deliveries.Deliver(subscriber, kept, qos, retain); // [MQTT-4.5.0-1]
            }
            else if (subscriber.Connection is { } connection) // QoS 0 is not kept for clients that are away, 3.1.2.4
            {
                deliveries.SendAtMostOnce(connection, packet, atQos0, retain);
            }
        }

        if (journal is not null) EndPublish(journal, packet, kept, route);
        sessions.EndFull();
        kept?.Release();
    }

    /// <summary>Passes the QoS 2 messages on that subscriptions of the program wait for.</summary>
    public void PublishDeferred()
    {
        while (turn.TryTakeDeferred(out Subscriber? subscriber, out ApplicationMessage? kept, out QualityOfService qos, out bool retain))
        {
            var message = new PublishPacket { Topic = kept.Topic, Payload = kept.Payload, Qos = qos, Retain = retain };
            if (subscriber.Local!(message)) slow.HoldForProgram(subscriber);
            kept.Release();
        }
    }

    /// <summary>Pauses the connection if its PUBLISH has to wait until a client that gets the message, or the journal, has caught up.</summary>
    public bool TryHold(in PublishPacket packet, BrokerConnection from)
    {
        if (turn.Room is { IsFull: true } && IsNoted(packet, from))
        {
            holds.Hold(from, isPublish: true);
            return true;
        }

        return slow.IsAnyFull && slow.TryHold(RouteOf(packet, from), packet.Qos, packet.Length, from);
    }

    /// <summary>Returns whether a message makes the journal longer: it is retained, its identifier is kept, or a kept session has room for it.</summary>
    public bool IsNoted(in PublishPacket packet, BrokerConnection? from)
    {
        if (packet.Retain || (packet.Qos == QualityOfService.ExactlyOnce && from?.Subscriber?.Number > 0)) return true;
        if (packet.Qos == QualityOfService.AtMostOnce) return false;
        foreach (TopicRoute.Receiver receiver in RouteOf(packet, from).Receivers)
        {
            if (receiver.Subscriber.Number == 0 || receiver.Qos == QualityOfService.AtMostOnce) continue;
            if (deliveries.WouldKeep(receiver.Subscriber, packet.Topic.Length + packet.Payload.Length)) return true;
        }

        return false;
    }

    /// <summary>Returns whether the client may publish to the topic. The program is asked once for each topic while one client alone publishes to it.</summary>
    public bool CanWrite(in PublishPacket packet, BrokerConnection from)
    {
        if (callbacks.CanWrite is null) return true;
        TopicRoute route = RouteOf(packet, from);
        if (route.Writer == from.Subscriber) return true;
        if (!callbacks.CanWrite(from.Subscriber!, packet.Topic)) return false;
        route.Writer = from.Subscriber;
        return true;
    }

    private TopicRoute RouteOf(in PublishPacket packet, BrokerConnection? from)
    {
        long visited = subscriptions.Visited;
        TopicRoute route = routes.Find(packet.Topic, from?.LastRoute);
        turn.Steps += subscriptions.Visited - visited;
        if (from is not null) from.LastRoute = route;
        return route;
    }

    private ApplicationMessage? Retain(in PublishPacket packet, Subscriber? publisher)
    {
        BrokerJournal? journal = packet.Topic.StartsWith("$SYS/"u8) ? null : turn.Journal; // the broker's own figures begin anew
        if (packet.Payload.IsEmpty)
        {
            retained.Remove(packet.Topic); // [MQTT-3.3.1-10], [MQTT-3.3.1-11]
            journal?.Unretain();
            return null;
        }

        ApplicationMessage message = Keep(packet);
        if (retained.Set(message, publisher?.Owner) is not { } limit)
        {
            journal?.Retain(publisher?.Owner);
            return message;
        }

        drops.Count(publisher, limit);
        if (message.Qos == QualityOfService.AtMostOnce) journal?.Unretain();
        return message;
    }

    private ApplicationMessage Keep(in PublishPacket packet)
    {
        ApplicationMessage message = messages.Keep(packet.Topic, packet.Payload, packet.Qos);
        message.Number = turn.Journal?.LastMessage ?? 0;
        return message;
    }

    /// <summary>Notes the message. One that came in at QoS 2 is forwarded to nobody before that is committed.</summary>
    private void EndPublish(BrokerJournal journal, in PublishPacket packet, ApplicationMessage? kept, TopicRoute route)
    {
        long position = journal.Position;
        journal.EndPublish(packet.Topic, packet.Payload, packet.Qos, kept);
        if (packet.Qos < QualityOfService.ExactlyOnce) return;
        if (journal.Position == position)
        {
            PublishDeferred();
            return;
        }

        foreach (TopicRoute.Receiver receiver in route.Receivers)
        {
            if (receiver.Subscriber.Connection is not { } connection) continue;
            connection.WaitsFor = journal.Position;
            turn.MarkDirty(connection); // what it has gathered waits too, even if it gets nothing of this message
        }
    }
}
