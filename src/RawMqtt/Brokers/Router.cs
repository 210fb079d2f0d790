// SPDX-License-Identifier: MIT

using RawMqtt.Codec;
using RawMqtt.Sessions;

namespace RawMqtt.Brokers;

/// <summary>Brings each message to the clients whose subscriptions match its topic, and keeps the retained ones.</summary>
internal sealed class Router
{
    /// <summary>The queue of a client that is connected may go beyond its limits by this factor, see <see cref="MqttBrokerLimits.MaxHoldTime"/>.</summary>
    private const int ConnectedFactor = 10;

    private readonly BrokerCore broker;
    private readonly MqttBrokerLimits limits;
    private readonly MqttBrokerStatistics counters;
    private readonly TopicRoutes routes;
    private readonly HeldPublishers held;
    private int full;

    public Router(BrokerCore broker, MqttBrokerLimits limits, Utf8Comparer comparer)
    {
        this.broker = broker;
        this.limits = limits;
        counters = broker.Statistics;
        held = new HeldPublishers(limits.MaxHoldTime);
        Subscriptions = new SubscriptionTree(comparer);
        Retained = new RetainedMessages(comparer, limits, counters);
        Replays = new Replays(broker, limits, Retained);
        routes = new TopicRoutes(Subscriptions, comparer);
    }

    public SubscriptionTree Subscriptions { get; }

    public RetainedMessages Retained { get; }

    public Replays Replays { get; }

    public ApplicationMessagePool Kept { get; } = new();

    /// <summary>Takes a message from a client, a Will or the program.</summary>
    /// <param name="packet">The message; its DUP bit says nothing here [MQTT-3.3.1-3].</param>
    /// <param name="atQos0">The message as a PUBLISH at QoS 0, if it is there; its first byte is not looked at.</param>
    /// <param name="from">The connection that it came on, if any.</param>
    public void Publish(in PublishPacket packet, ReadOnlySpan<byte> atQos0, BrokerConnection? from)
    {
        ApplicationMessage? kept = packet.Retain ? Retain(packet) : null;
        foreach (TopicRoute.Receiver receiver in RouteOf(packet, from).Receivers)
        {
            QualityOfService qos = packet.Qos < receiver.Qos ? packet.Qos : receiver.Qos; // [MQTT-3.8.4-6]
            Subscriber subscriber = receiver.Subscriber;
            if (subscriber.Local is not null)
            {
                subscriber.Local(new PublishPacket { Topic = packet.Topic, Payload = packet.Payload, Qos = qos });
            }
            else if (qos > QualityOfService.AtMostOnce)
            {
                kept ??= Kept.Keep(packet.Topic, packet.Payload, packet.Qos);
                Deliver(subscriber, kept, qos); // [MQTT-4.5.0-1]
            }
            else if (subscriber.Connection is { } connection) // QoS 0 is not kept for clients that are away, 3.1.2.4
            {
                SendAtMostOnce(connection, packet, atQos0);
            }
        }

        kept?.Release();
    }

    /// <summary>Whether a PUBLISH has to wait until a client that is to get it has caught up; if so, its connection is paused.</summary>
    public bool MustWait(in PublishPacket packet, BrokerConnection from)
    {
        if (full == 0 || packet.Qos == QualityOfService.AtMostOnce) return false;
        bool waits = false;
        foreach (TopicRoute.Receiver receiver in RouteOf(packet, from).Receivers)
        {
            Subscriber subscriber = receiver.Subscriber;
            if (!subscriber.IsFull || subscriber.IsLagging || receiver.Qos == QualityOfService.AtMostOnce) continue;
            if (subscriber.Connection is not { Pause: not Pause.Held } connection || connection == from) continue; // its acknowledgements stand behind what it is held with
            held.Add(subscriber, from, broker.Now);
            waits = true;
        }

        if (waits) counters.PublishersHeld++;
        return waits;
    }

    /// <summary>Sends what waits for a client, as far as its window and the limit of its connection reach.</summary>
    public void SendWaiting(Subscriber subscriber)
    {
        if (subscriber.Connection is not { } connection) return;
        if (subscriber.Replay is not null) Replays.GoOn(subscriber);

        ServerSession session = subscriber.Session;
        if (session.CanSendQueued)
        {
            int sent = session.SendQueued(connection.Output, broker.OutgoingLimit - connection.Unsent);
            counters.MessagesSent += sent;
            if (sent > 0) broker.Touch(connection);
        }

        if ((subscriber.IsFull || subscriber.IsLagging) && session.Queued <= limits.MaxQueuedMessages / 2 && session.QueuedBytes <= limits.MaxQueuedBytes / 2)
        {
            subscriber.IsLagging = false;
            IsNoLongerFull(subscriber);
        }
    }

    /// <summary>The client is away from now on, or gone.</summary>
    public void ConnectionEnded(Subscriber subscriber)
    {
        IsNoLongerFull(subscriber); // it lags on, until it has caught up
        subscriber.Replay?.StartAgain();
    }

    /// <summary>Whether one client may have so many bytes kept: beyond the limit of all, each still has its share, so that none takes all.</summary>
    public bool CanKeep(long bytes) => Kept.BytesInUse <= limits.MaxKeptBytes || bytes <= limits.MaxKeptBytes / Math.Max(1, broker.Sessions.Count);

    /// <summary>Lets publishers go on that have been held back for too long.</summary>
    public TimeSpan? Tick() => held.IsEmpty ? null : held.Tick(broker);

    private TopicRoute RouteOf(in PublishPacket packet, BrokerConnection? from)
    {
        TopicRoute route = routes.Find(packet.Topic, from?.LastRoute);
        if (from is not null) from.LastRoute = route;
        return route;
    }

    private ApplicationMessage? Retain(in PublishPacket packet)
    {
        if (packet.Payload.IsEmpty)
        {
            Retained.Remove(packet.Topic); // [MQTT-3.3.1-10], [MQTT-3.3.1-11]
            return null;
        }

        ApplicationMessage message = Kept.Keep(packet.Topic, packet.Payload, packet.Qos);
        Retained.Set(message);
        return message;
    }

    private void Deliver(Subscriber subscriber, ApplicationMessage message, QualityOfService qos)
    {
        BrokerConnection? connection = subscriber.Connection;
        ServerSession session = subscriber.Session;
        if (connection is not null && session.CanSend && connection.Unsent < broker.OutgoingLimit && CanKeep(session, message))
        {
            session.Send(message, qos, retain: false, connection.Output); // [MQTT-3.3.1-9]
            counters.MessagesSent++;
            broker.Touch(connection);
        }
        else if (HasQueueRoom(subscriber, message))
        {
            session.Queue(message, qos, retain: false);
            counters.MessagesQueued++;
            if (session.IsWindowFullInBytes) counters.InFlightBytesReached++;
            if (connection is not null && !subscriber.IsFull && (session.Queued >= limits.MaxQueuedMessages || session.QueuedBytes >= limits.MaxQueuedBytes)) IsNowFull(subscriber);
        }
        else
        {
            counters.MessagesDropped++;
        }
    }

    private bool CanKeep(ServerSession session, ApplicationMessage message) => CanKeep(session.InFlightBytes + session.QueuedBytes + message.Length);

    private bool HasQueueRoom(Subscriber subscriber, ApplicationMessage message)
    {
        int factor = subscriber.Connection is null ? 1 : ConnectedFactor;
        ServerSession session = subscriber.Session;
        return session.Queued < factor * (long)limits.MaxQueuedMessages && session.QueuedBytes + message.Length <= factor * (long)limits.MaxQueuedBytes && CanKeep(session, message);
    }

    private void IsNowFull(Subscriber subscriber)
    {
        subscriber.IsFull = true;
        full++;
    }

    private void IsNoLongerFull(Subscriber subscriber)
    {
        if (!subscriber.IsFull) return;
        subscriber.IsFull = false;
        full--;
        held.Release(subscriber, broker);
    }

    /// <summary>QoS 0 is the first that a slow client misses. One message always fits.</summary>
    private void SendAtMostOnce(BrokerConnection connection, in PublishPacket message, ReadOnlySpan<byte> atQos0)
    {
        var packet = new PublishPacket { Topic = message.Topic, Payload = message.Payload }; // QoS 0, DUP 0, RETAIN 0 [MQTT-4.3.1-1], [MQTT-3.3.1-9]
        int length = atQos0.IsEmpty ? packet.Length : atQos0.Length;
        int unsent = connection.Unsent;
        if (unsent > 0 && unsent + length > broker.OutgoingLimit)
        {
            counters.MessagesShed++;
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
            destination[0] = (int)PacketType.Publish << 4;
        }

        connection.Output.Advance(length);
        counters.MessagesSent++;
        broker.Touch(connection);
    }
}
