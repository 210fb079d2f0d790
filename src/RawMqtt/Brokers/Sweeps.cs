// SPDX-License-Identifier: MIT

using RawMqtt.Codec;

namespace RawMqtt.Brokers;

/// <summary>Ends what lasts too long: <see cref="Begin"/>, then <see cref="TakeDue"/> and <see cref="Look"/> in turns, then <see cref="End"/>. Between these
/// calls others may use the core.</summary>
internal sealed class Sweeps(
    BrokerTurn turn, MqttBrokerLimits limits, ConnectionList connections, SlowReaders slow, JournalHolds holds, SessionList sessions, Replays replays,
    Deliveries deliveries, ConnectionEnds ends)
{
    private const int FewBytes = 4096; // that may wait unseen by a sweep for some seconds

    private static readonly TimeSpan QuietTime = TimeSpan.FromSeconds(2); // between two looks at a connection that waits for nothing

    private long unsent; // on the connections that the sweep has looked at

    /// <summary>Begins a sweep with what is not of one connection.</summary>
    public void Begin(TimeSpan now)
    {
        turn.Now = now;
        slow.EndOverdue();
        holds.End();
        sessions.DiscardExpired();
        ends.CarryOut();
        unsent = 0;
    }

    /// <summary>Takes the next connections that a sweep must look at.</summary>
    /// <param name="now">The time.</param>
    /// <param name="place">0 for the first ones; where the next ones begin.</param>
    /// <param name="due">Where they are added.</param>
    /// <returns>Whether there may be more.</returns>
    public bool TakeDue(TimeSpan now, ref int place, List<BrokerConnection> due) => connections.TakeDue(now, ref place, due);

    /// <summary>Ends those connections whose time is over, and notes when to look at the others again.</summary>
    public void Look(List<BrokerConnection> due, TimeSpan now)
    {
        turn.Now = now;
        replays.BeginTurn(isSweep: true);
        TimeSpan quietUntil = now + (QuietTime < limits.SendTimeout ? QuietTime : limits.SendTimeout);
        foreach (BrokerConnection connection in due)
        {
            if (connection.End is null && connection.ObserveProgress(limits, now))
            {
                turn.Statistics.PacketTimeouts++;
                turn.End(connection, MqttConnectionEnd.TooSlow);
            }

            if (connection.Subscriber is { Replay: not null } subscriber) deliveries.SendWaiting(subscriber);
            Deadline? deadline = Deadline.Of(connection, limits);
            if (deadline?.At <= now) EndByTime(connection, deadline.Value.Reason);
            unsent += connection.Unsent;
            TimeSpan next = connection.IsQuiet ? quietUntil : now;
            connections.LookAt(connection, deadline?.At < next ? deadline.Value.At : next);
        }

        ends.CarryOut();
    }

    /// <summary>Ends a sweep: divides the outgoing limit.</summary>
    public void End() => slow.ShareOutgoing(unsent, Math.Max(1, connections.Count)); // the last one may have gone since it was looked at

    /// <summary>Has the next sweep look at a connection.</summary>
    public void LookSoon(BrokerConnection connection) => connections.LookAt(connection, TimeSpan.Zero);

    /// <summary>Notes a connection to which something is sent, or that has ended: the next sweep looks at it if that may take long.</summary>
    public void Note(BrokerConnection connection)
    {
        bool isShort = connection.End is null && connection.Flushing == 0 && connection.Unsent <= FewBytes && connection.WaitsFor <= turn.Committed;
        if (!isShort) LookSoon(connection);
    }

    private void EndByTime(BrokerConnection connection, MqttConnectionEnd reason)
    {
        switch (reason)
        {
            case MqttConnectionEnd.NoConnect:
                turn.Statistics.ConnectTimeouts++;
                connection.Limit = nameof(limits.ConnectTimeout);
                break;
            case MqttConnectionEnd.NoRoom:
                break;
            case MqttConnectionEnd.KeepAliveExpired:
                turn.Statistics.KeepAlivesExpired++;
                connection.Violation = ProtocolViolation.KeepAliveExpired;
                break;
            default:
                turn.Statistics.TooSlow++;
                connection.Limit = nameof(limits.SendTimeout);
                break;
        }

        turn.End(connection, reason);
    }
}
