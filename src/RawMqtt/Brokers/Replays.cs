// SPDX-License-Identifier: MIT

using RawMqtt.Codec;
using RawMqtt.Sessions;

namespace RawMqtt.Brokers;

/// <summary>Sends retained messages to new subscriptions [MQTT-3.3.1-6], as fast as each client takes them.</summary>
/// <remarks>The messages of one filter are sent before the next filter is searched for. A turn, one call of the core, ends after
/// a look at <see cref="MqttBrokerLimits.MaxRetainedSearch"/> levels; the next turn goes on from the <see cref="RetainedCursor"/>.</remarks>
internal sealed class Replays(
    BrokerTurn turn, MqttBrokerLimits limits, SlowReaders slow, RetainedMessages retained, ApplicationMessagePool messages,
    Func<Subscriber, ReadOnlySpan<byte>, bool>? canRead)
{
    private const int SweepFactor = 5;

    private long searchedBefore;
    private int budget = limits.MaxRetainedSearch;

    /// <summary>Whether the search budget of this turn is used up: other connections go first.</summary>
    public bool IsTurnOver => retained.Searched - searchedBefore >= budget;

    /// <summary>Begins a turn; that of a sweep, which is for several connections, has a larger budget.</summary>
    public void BeginTurn(bool isSweep = false)
    {
        searchedBefore = retained.Searched;
        budget = isSweep ? SweepFactor * limits.MaxRetainedSearch : limits.MaxRetainedSearch;
    }

    /// <summary>Sends all at once, to a subscription of the program; those that wait for a commit, after it.</summary>
    public void SendAll(Subscriber subscriber, ReadOnlySpan<byte> filter, QualityOfService granted)
    {
        var found = new List<ApplicationMessage>(); // the receiver may subscribe once more
        retained.Search(filter, found);
        foreach (ApplicationMessage message in found)
        {
            QualityOfService qos = message.Qos < granted ? message.Qos : granted;
            var packet = new PublishPacket { Topic = message.Topic, Payload = message.Payload, Qos = qos, Retain = true };
            if (MustWait(message)) turn.DeferLocal(subscriber, packet, messages, turn.Journal!.Position);
            else subscriber.Local!(packet);
        }
    }

    /// <summary>Sends as much as the connection and the window allow. A message that is replaced before its turn comes is left out: the client has got
    /// the newer one.</summary>
    public void Continue(Subscriber subscriber)
    {
        BrokerConnection connection = subscriber.Connection!;
        RetainedReplay replay = subscriber.Replay!;
        while (connection.Unsent < slow.OutgoingLimit)
        {
            if (replay.IsOver)
            {
                subscriber.Replay = null;
                return;
            }

            if (replay.Cursor?.Message is { } message)
            {
                bool isReadable = canRead?.Invoke(subscriber, message.Topic) != false; // its level counts in the budget
                if (isReadable && !TrySend(subscriber, connection, message, message.Qos < replay.Granted ? message.Qos : replay.Granted)) return;
                replay.Cursor.Take();
                continue;
            }

            if (IsTurnOver) return;
            if (replay.Cursor is not { } cursor) replay.Begin(retained);
            else if (!retained.TryMove(cursor)) replay.EndSearch();
        }
    }

    /// <summary>Sends a copy of its own number: messages in flight stay in the order of their numbers.</summary>
    private void SendNoted(BrokerJournal journal, Subscriber subscriber, BrokerConnection connection, ApplicationMessage retainedOne, QualityOfService qos)
    {
        ApplicationMessage message = messages.Keep(retainedOne.Topic, retainedOne.Payload, retainedOne.Qos);
        journal.BeginPublish(0, 0, 0);
        message.Number = journal.LastMessage;
        ushort packetId = subscriber.Session.Send(message, qos, retain: true, connection.Output); // [MQTT-3.3.1-8]
        journal.Deliver(subscriber.Number, packetId, qos, retain: true);
        journal.EndPublish(message.Topic, message.Payload, message.Qos, message);
        connection.WaitsFor = journal.Position;
        message.Release();
    }

    /// <summary>Whether the message may not be committed yet: one that came in at QoS 2 is forwarded to nobody before that.</summary>
    private bool MustWait(ApplicationMessage message) =>
        message.Qos == QualityOfService.ExactlyOnce && turn.Journal is { } journal && journal.Position > turn.Committed;

    private bool TrySend(Subscriber subscriber, BrokerConnection connection, ApplicationMessage message, QualityOfService qos)
    {
        if (qos > QualityOfService.AtMostOnce)
        {
            if (!subscriber.Session.CanSend) return false;
            if (turn.Journal is { } journal && subscriber.Number > 0) SendNoted(journal, subscriber, connection, message, qos);
            else subscriber.Session.Send(message, qos, retain: true, connection.Output); // [MQTT-3.3.1-8]
        }
        else
        {
            connection.Output.Write(new PublishPacket { Topic = message.Topic, Payload = message.Payload, Retain = true }); // [MQTT-3.3.1-8]
        }

        if (MustWait(message)) connection.WaitsFor = turn.Journal!.Position;
        slow.NoteAppended(connection, message.Length);
        turn.Statistics.MessagesSent++;
        turn.MarkDirty(connection);
        return true;
    }
}
