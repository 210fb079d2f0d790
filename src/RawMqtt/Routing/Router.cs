using System.Buffers;
using RawMqtt.Codec;
using RawMqtt.Sessions;

namespace RawMqtt.Routing;

/// <summary>Brings each message to the clients whose subscriptions match its topic, and keeps the retained ones.</summary>
internal sealed class Router
{
    private readonly BrokerCore broker;
    private readonly BrokerLimits limits;
    private readonly BrokerCounters counters;
    private readonly TopicRoutes routes;
    private readonly List<ApplicationMessage> found = [];

    public Router(BrokerCore broker, BrokerLimits limits, BrokerCounters counters, Utf8Comparer comparer)
    {
        this.broker = broker;
        this.limits = limits;
        this.counters = counters;
        Subscriptions = new SubscriptionTree(comparer);
        Retained = new RetainedMessages(comparer, limits.RetainedMessages, limits.RetainedBytes);
        routes = new TopicRoutes(Subscriptions, comparer);
    }

    public SubscriptionTree Subscriptions { get; }

    public RetainedMessages Retained { get; }

    public ApplicationMessagePool Kept { get; } = new();

    /// <summary>Takes a message from a client, the broker or a Will.</summary>
    /// <param name="packet">The message; its DUP bit says nothing here [MQTT-3.3.1-3].</param>
    /// <param name="atQos0">The message as a PUBLISH at QoS 0 with RETAIN 0, if it is there; its first byte is not looked at.</param>
    /// <param name="from">The connection that it came on, if any.</param>
    public void Publish(in PublishPacket packet, ReadOnlySpan<byte> atQos0, BrokerConnection? from)
    {
        ApplicationMessage? kept = null;
        if (packet.Retain) kept = Retain(packet);

        TopicRoute route = routes.Find(packet.Topic, from?.LastRoute);
        if (from is not null) from.LastRoute = route;
        foreach (TopicRoute.Receiver receiver in route.Receivers)
        {
            QualityOfService qos = packet.Qos < receiver.Qos ? packet.Qos : receiver.Qos; // [MQTT-3.8.4-6]
            if (qos == QualityOfService.AtMostOnce)
            {
                BrokerConnection? connection = receiver.Subscriber.Connection;
                if (connection is null) continue; // QoS 0 is not kept for clients that are away, 3.1.2.4
                if (atQos0.IsEmpty) SendAtMostOnce(connection, packet.Topic, packet.Payload, retain: false);
                else SendAtMostOnce(connection, atQos0);
            }
            else
            {
                kept ??= Kept.Keep(packet.Topic, packet.Payload, packet.Qos);
                Deliver(receiver.Subscriber, kept, qos, retain: false); // [MQTT-3.3.1-9], [MQTT-4.5.0-1]
            }
        }

        kept?.Release();
    }

    /// <summary>Sends the retained messages that a new subscription matches [MQTT-3.3.1-6].</summary>
    public void SendRetained(Subscriber subscriber, ReadOnlySpan<byte> filter, QualityOfService granted)
    {
        if (Retained.Count == 0) return;
        Retained.Search(filter, found);
        foreach (ApplicationMessage message in found)
        {
            QualityOfService qos = message.Qos < granted ? message.Qos : granted;
            if (qos > QualityOfService.AtMostOnce) Deliver(subscriber, message, qos, retain: true); // [MQTT-3.3.1-8]
            else if (subscriber.Connection is not null) SendAtMostOnce(subscriber.Connection, message.Topic, message.Payload, retain: true);
        }

        found.Clear();
    }

    private ApplicationMessage? Retain(in PublishPacket packet)
    {
        if (packet.Payload.IsEmpty)
        {
            Retained.Remove(packet.Topic); // [MQTT-3.3.1-10], [MQTT-3.3.1-11]
            return null;
        }

        ApplicationMessage message = Kept.Keep(packet.Topic, packet.Payload, packet.Qos);
        if (!Retained.Set(message)) counters.DroppedRetained++;
        return message;
    }

    private void Deliver(Subscriber subscriber, ApplicationMessage message, QualityOfService qos, bool retain)
    {
        BrokerConnection? connection = subscriber.Connection;
        bool hasRoom = connection is not null && connection.Waiting + connection.Flushing < limits.OutgoingBytes;
        switch (subscriber.Session.Deliver(message, qos, retain, hasRoom ? connection!.Output : null))
        {
            case DeliveryResult.Sent:
                counters.PublishesSent++;
                broker.Touch(connection!);
                break;
            case DeliveryResult.Dropped:
                counters.DroppedByQueue++;
                break;
        }
    }

    private void SendAtMostOnce(BrokerConnection connection, ReadOnlySpan<byte> packet)
    {
        if (!HasRoom(connection, packet.Length)) return;
        OutgoingBuffer output = connection.Output;
        Span<byte> destination = output.GetSpan(packet.Length);
        packet.CopyTo(destination);
        destination[0] = (int)PacketType.Publish << 4; // QoS 0, DUP 0, RETAIN 0 [MQTT-4.3.1-1], [MQTT-3.3.1-9]
        output.Advance(packet.Length);
        counters.PublishesSent++;
        broker.Touch(connection);
    }

    private void SendAtMostOnce(BrokerConnection connection, ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload, bool retain)
    {
        var packet = new PublishPacket { Topic = topic, Payload = payload, Retain = retain };
        if (!HasRoom(connection, packet.Length)) return;
        connection.Output.Write(packet);
        counters.PublishesSent++;
        broker.Touch(connection);
    }

    /// <summary>QoS 0 is the first that a slow client misses.</summary>
    private bool HasRoom(BrokerConnection connection, int length)
    {
        int waiting = connection.Waiting + connection.Flushing;
        if (waiting == 0 || waiting + length <= limits.OutgoingBytes) return true;
        counters.DroppedAtQos0++;
        return false;
    }
}
