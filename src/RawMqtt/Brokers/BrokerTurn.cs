// SPDX-License-Identifier: MIT

using System.Diagnostics.CodeAnalysis;
using RawMqtt.Codec;

namespace RawMqtt.Brokers;

/// <summary>What all parts of the broker share: the time of the call of <see cref="BrokerCore"/> that is under way, the counters,
/// and the connections to which the call gives something to do.</summary>
internal sealed class BrokerTurn
{
    private readonly Stack<BrokerConnection> ended = new();
    private readonly List<BrokerConnection> dirty = [];

    /// <summary>The time of the call that is under way.</summary>
    public TimeSpan Now { get; set; }

    public MqttBrokerStatistics Statistics { get; } = new();

    /// <summary>What the connection of this call has done in its turn, see <see cref="MqttBrokerLimits.MaxTurnSteps"/>.</summary>
    public long Steps { get; set; }

    /// <summary>The number of sessions: it divides the limits that all clients share.</summary>
    public int Sessions { get; set; }

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
