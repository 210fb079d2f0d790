// SPDX-License-Identifier: MIT

using RawMqtt.Codec;
using RawMqtt.Sessions;

namespace RawMqtt.Brokers;

/// <summary>Sends retained messages to new subscriptions [MQTT-3.3.1-6], as fast as each client takes them.</summary>
/// <remarks>One filter is searched for when all of the one before is sent. A turn is one call of the <see cref="BrokerCore"/>: it ends
/// when it has looked at <see cref="MqttBrokerLimits.MaxRetainedSearch"/> levels, and what is left comes in the next one.</remarks>
internal sealed class Replays(BrokerCore broker, MqttBrokerLimits limits, RetainedMessages retained)
{
    private readonly List<ApplicationMessage> found = [];
    private long turn;

    /// <summary>Others first.</summary>
    public bool TurnIsOver => retained.Searched - turn >= limits.MaxRetainedSearch;

    public void BeginTurn() => turn = retained.Searched;

    /// <summary>Sends a subscription of the program all at once.</summary>
    public void Send(LocalReceiver receiver, ReadOnlySpan<byte> filter, QualityOfService granted)
    {
        var messages = new List<ApplicationMessage>(); // the receiver may subscribe once more
        retained.Search(filter, messages);
        foreach (ApplicationMessage message in messages)
        {
            receiver(new PublishPacket { Topic = message.Topic, Payload = message.Payload, Qos = message.Qos < granted ? message.Qos : granted, Retain = true });
        }
    }

    /// <summary>Sends what the connection and the window bear. What was replaced since it was found is left out: the client has got the newer message.</summary>
    public void GoOn(Subscriber subscriber)
    {
        BrokerConnection connection = subscriber.Connection!;
        RetainedReplay replay = subscriber.Replay!;
        while (connection.Unsent < broker.OutgoingLimit)
        {
            if (replay.Found.Count > 0)
            {
                MessageQueue.Entry next = replay.Found.First;
                bool isLast = replay.Version == retained.Version || retained.Find(next.Message.Topic) == next.Message;
                if (isLast && !TrySend(subscriber, connection, next)) return;
                replay.Found.Take().Message.Release();
            }
            else if (replay.IsSearched)
            {
                subscriber.Replay = null;
                return;
            }
            else if (TurnIsOver)
            {
                return;
            }
            else
            {
                replay.Search(retained, found);
            }
        }
    }

    private bool TrySend(Subscriber subscriber, BrokerConnection connection, MessageQueue.Entry next)
    {
        ApplicationMessage message = next.Message;
        if (next.Qos > QualityOfService.AtMostOnce)
        {
            if (!subscriber.Session.CanSend) return false;
            subscriber.Session.Send(message, next.Qos, retain: true, connection.Output); // [MQTT-3.3.1-8]
        }
        else
        {
            connection.Output.Write(new PublishPacket { Topic = message.Topic, Payload = message.Payload, Retain = true }); // [MQTT-3.3.1-8]
        }

        broker.Statistics.MessagesSent++;
        broker.Touch(connection);
        return true;
    }
}
