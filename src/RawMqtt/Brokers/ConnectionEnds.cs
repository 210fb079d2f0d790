// SPDX-License-Identifier: MIT

using RawMqtt.Codec;

namespace RawMqtt.Brokers;

/// <summary>What the end of a connection brings: its Will goes out, and its session ends or waits.</summary>
internal sealed class ConnectionEnds(
    BrokerTurn turn, SlowReaders slow, Router router, SessionList sessions, RefusalReports refusals, BrokerCallbacks callbacks)
{
    /// <summary>Carries out the ends of this turn, and those that follow from them.</summary>
    public void CarryOut()
    {
        while (turn.TryTakeEnded(out BrokerConnection? connection))
        {
            Subscriber? subscriber = connection.Subscriber;
            Will? will = connection.Will;
            connection.Subscriber = null;
            slow.CloseConnection(connection, subscriber);
            connection.LastRoute = null;
            connection.Will = null; // it goes out once at most [MQTT-3.1.2-10]
            if (will is not null && connection.End != MqttConnectionEnd.Disconnected) Publish(will, subscriber!); // [MQTT-3.1.2-8]
            else if (will is not null) Forget(will, connection); // [MQTT-3.14.4-3]
            will?.Message.Release();
            if (subscriber is not null) sessions.CloseConnection(subscriber);
            callbacks.Ended?.Invoke(connection, subscriber);
        }
    }

    /// <summary>Publishes a Will, that of a connection or of one that an earlier process had.</summary>
    public void Publish(Will will, Subscriber publisher)
    {
        var packet = new PublishPacket { Topic = will.Message.Topic, Payload = will.Message.Payload, Qos = will.Message.Qos, Retain = will.Retain };
        if (packet.Topic[0] != '$' && callbacks.CanWrite?.Invoke(publisher, packet.Topic) != false) // 4.7.2
        {
            router.Publish(packet, default, from: null, publisher, will.Number); // [MQTT-3.1.2-16], [MQTT-3.1.2-17]
            return;
        }

        turn.Journal?.EndWill(will.Number);
        turn.Statistics.MessagesNotAllowed++;
        refusals.Count(publisher, "will", packet.Topic);
    }

    /// <summary>The connection is closed once the next process knows that there is no Will.</summary>
    private void Forget(Will will, BrokerConnection connection)
    {
        if (turn.Journal is not { } journal) return;
        journal.EndWill(will.Number);
        connection.WaitsFor = journal.Position;
    }
}
