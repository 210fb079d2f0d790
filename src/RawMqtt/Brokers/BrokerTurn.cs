// SPDX-License-Identifier: MIT

using System.Diagnostics.CodeAnalysis;
using RawMqtt.Codec;
using RawMqtt.Sessions;

namespace RawMqtt.Brokers;

/// <summary>What all parts of the broker share: the time of the call of <see cref="BrokerCore"/> that is under way, the counters,
/// and the connections to which the call gives something to do.</summary>
internal sealed class BrokerTurn
{
    private readonly Stack<BrokerConnection> ended = new();
    private readonly List<BrokerConnection> dirty = [];
    private readonly List<BrokerConnection> waiting = []; // for the next commit
    private readonly List<BrokerConnection> sealedOnes = []; // for the commit under way
    private readonly Queue<(long Position, Subscriber Subscriber, ApplicationMessage Message, QualityOfService Qos, bool Retain)> deferred = new();
    private readonly List<Subscriber> toLoad = [];
    private readonly Queue<Subscriber> toEvict = new();

    /// <summary>The time of the call that is under way.</summary>
    public TimeSpan Now { get; set; }

    public MqttBrokerStatistics Statistics { get; } = new();

    /// <summary>What the connection of this call has done in its turn, see <see cref="MqttBrokerLimits.MaxTurnSteps"/>.</summary>
    public long Steps { get; set; }

    /// <summary>The number of sessions: it divides the limits that all clients share.</summary>
    public int Sessions { get; set; }

    /// <summary>Notes what the next process must know; null: nothing.</summary>
    public BrokerJournal? Journal { get; set; }

    /// <summary>What bounds the journal; null without one.</summary>
    public JournalRoom? Room { get; set; }

    /// <summary>The <see cref="BrokerJournal.Position"/> up to which all is committed.</summary>
    public long Committed { get; private set; }

    /// <summary>Whether a connection or a subscription of the program waits for a commit.</summary>
    public bool IsCommitWanted => waiting.Count > 0 || deferred.Count > 0;

    /// <summary>Puts the connection among those that wait for a commit, if it does.</summary>
    public void AwaitCommit(BrokerConnection connection)
    {
        if (connection.WaitsFor <= Committed || connection.IsAwaitingCommit) return;
        connection.IsAwaitingCommit = true;
        waiting.Add(connection);
    }

    /// <summary>Begins a commit of all that was noted: what the connections have gathered leaves when it is over.</summary>
    /// <param name="length">The bytes of its records.</param>
    public void BeginCommit(int length)
    {
        Room!.Committing = length;
        foreach (BrokerConnection connection in waiting)
        {
            connection.IsAwaitingCommit = false;
            connection.Seal();
            sealedOnes.Add(connection);
        }

        waiting.Clear();
    }

    /// <summary>Ends a commit.</summary>
    /// <param name="position">The position that it has reached.</param>
    public void EndCommit(long position)
    {
        Committed = position;
        foreach (BrokerConnection connection in sealedOnes) MarkDirty(connection);
        sealedOnes.Clear();
        Room!.Committing = 0;
    }

    /// <summary>Lets a subscription of the program wait for the commit of a message.</summary>
    public void DeferLocal(Subscriber subscriber, in PublishPacket message, ApplicationMessagePool messages, long position) =>
        deferred.Enqueue((position, subscriber, messages.Keep(message.Topic, message.Payload, message.Qos), message.Qos, message.Retain));

    /// <summary>Takes the next message whose commit is over, or that needed none.</summary>
    public bool TryTakeDeferred(
        [NotNullWhen(true)] out Subscriber? subscriber, [NotNullWhen(true)] out ApplicationMessage? message, out QualityOfService qos, out bool retain)
    {
        (subscriber, message, qos, retain) = (null, null, default, false);
        if (!deferred.TryPeek(out var next) || (next.Position > Committed && next.Position <= Journal!.Position)) return false;
        deferred.Dequeue();
        (_, subscriber, message, qos, retain) = next;
        return true;
    }

    /// <summary>Whether a session waits for messages that stand in the journal alone.</summary>
    public bool IsLoadWanted => toLoad.Count > 0;

    /// <summary>Asks for the messages of a session to leave memory.</summary>
    public void RequestEviction(Subscriber subscriber)
    {
        if (subscriber.IsToEvict) return;
        subscriber.IsToEvict = true;
        toEvict.Enqueue(subscriber);
    }

    /// <summary>Takes the next session whose messages should leave memory.</summary>
    public bool TryTakeToEvict([NotNullWhen(true)] out Subscriber? subscriber)
    {
        if (!toEvict.TryDequeue(out subscriber)) return false;
        subscriber.IsToEvict = false;
        return true;
    }

    /// <summary>Asks for messages of a session's queue that stand in the journal alone.</summary>
    public void RequestLoad(Subscriber subscriber)
    {
        if (subscriber.IsLoading) return;
        subscriber.IsLoading = true;
        toLoad.Add(subscriber);
    }

    /// <summary>Moves the sessions that asked for messages to <paramref name="into"/>.</summary>
    public void TakeToLoad(List<Subscriber> into)
    {
        into.AddRange(toLoad);
        toLoad.Clear();
    }

    /// <summary>What may wait for the program's own bridges, in bytes.</summary>
    public long BridgeBytes { get; set; }

    /// <summary>Notes that the connection has something to send, an end to be carried out, or a pause that is over.</summary>
    public void MarkDirty(BrokerConnection connection)
    {
        if (connection.IsDirty) return;
        connection.IsDirty = true;
        dirty.Add(connection);
    }

    /// <summary>Ends a connection. What follows from that, such as its Will, happens when the call takes the ended connections.</summary>
    public void End(BrokerConnection connection, MqttConnectionEnd reason)
    {
        if (connection.End is not null) return;
        connection.End = reason;
        connection.Pause = Pause.None;
        if (connection.Subscriber is { } subscriber) subscriber.Connection = null;
        ended.Push(connection);
        MarkDirty(connection);
    }

    /// <summary>Ends a connection whose client broke a rule.</summary>
    public void End(BrokerConnection connection, ProtocolViolation violation)
    {
        Statistics.ProtocolViolations++;
        if (violation == ProtocolViolation.PacketTooLarge)
        {
            Statistics.PacketsTooLong++;
            connection.Limit ??= nameof(MqttBrokerLimits.MaxPacketLength);
        }

        if (violation == ProtocolViolation.TooManyLevels) connection.Limit = nameof(MqttBrokerLimits.MaxTopicLevels);
        connection.Violation = violation;
        End(connection, MqttConnectionEnd.ProtocolViolation); // [MQTT-4.8.0-1]
    }

    public bool TryTakeEnded([NotNullWhen(true)] out BrokerConnection? connection) => ended.TryPop(out connection);

    /// <summary>Moves the dirty connections to <paramref name="into"/>, each once.</summary>
    public void TakeDirty(List<BrokerConnection> into)
    {
        foreach (BrokerConnection connection in dirty)
        {
            connection.IsDirty = false;
            into.Add(connection);
        }

        dirty.Clear();
    }
}
