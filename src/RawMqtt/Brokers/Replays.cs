// SPDX-License-Identifier: MIT

using RawMqtt.Codec;
using RawMqtt.Sessions;

namespace RawMqtt.Brokers;

/// <summary>Sends retained messages to new subscriptions [MQTT-3.3.1-6], as fast as each client takes them.</summary>
/// <remarks>The messages of one filter are sent before the next filter is searched for. A turn, one call of the core, ends after
/// a look at <see cref="MqttBrokerLimits.MaxRetainedSearch"/> levels; the next turn continues.</remarks>
internal sealed class Replays(
    BrokerTurn turn, MqttBrokerLimits limits, SlowReaders slow, RetainedMessages retained, Func<Subscriber, ReadOnlySpan<byte>, bool>? canRead)
{
    private readonly List<ApplicationMessage> found = [];
    private long searchedBefore;
    private int unreadable;

    /// <summary>Whether the search budget of this turn is used up: other connections go first.</summary>
    public bool IsTurnOver => retained.Searched - searchedBefore + unreadable >= limits.MaxRetainedSearch;

    public void BeginTurn() => (searchedBefore, unreadable) = (retained.Searched, 0);

    /// <summary>Sends all at once, to a subscription of the program.</summary>
    public void SendAll(LocalReceiver receiver, ReadOnlySpan<byte> filter, QualityOfService granted)
    {
        var messages = new List<ApplicationMessage>(); // the receiver may subscribe once more
        retained.Search(filter, messages);
        foreach (ApplicationMessage message in messages)
        {
            receiver(
                new PublishPacket { Topic = message.Topic, Payload = message.Payload, Qos = message.Qos < granted ? message.Qos : granted, Retain = true });
        }
    }

    /// <summary>Sends as much as the connection and the window allow. A message that was replaced since it was found is left out: the client has got the
    /// newer one.</summary>
    public void Continue(Subscriber subscriber)
    {
        BrokerConnection connection = subscriber.Connection!;
        RetainedReplay replay = subscriber.Replay!;
        while (connection.Unsent < slow.OutgoingLimit)
        {
            if (replay.Found.Count > 0)
            {
                MessageQueue.Entry next = replay.Found.First;
                bool isLast = replay.Version == retained.Version || retained.Find(next.Message.Topic) == next.Message;
                if (isLast && canRead is not null && !canRead(subscriber, next.Message.Topic))
                {
                    if (IsTurnOver) return;
                    unreadable++;
                }
                else if (isLast && !TrySend(subscriber, connection, next))
                {
                    return;
                }

                replay.Found.Take().Message.Release();
            }
            else if (replay.IsSearched)
            {
                subscriber.Replay = null;
                return;
            }
            else if (IsTurnOver)
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

        slow.NoteAppended(connection, message.Length);
        turn.Statistics.MessagesSent++;
        turn.MarkDirty(connection);
        return true;
    }
}
