// SPDX-License-Identifier: MIT

namespace RawMqtt.Brokers;

/// <summary>The connections whose next packet would be noted while the <see cref="JournalRoom"/> has no place for it: when they wait, go on, and end.</summary>
internal sealed class JournalHolds(BrokerTurn turn)
{
    /// <summary>How long a publisher waits for <see cref="MqttBrokerLimits.MaxJournalLength"/> before its connection ends.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private readonly Dictionary<BrokerConnection, (TimeSpan Since, bool IsPublish)> held = [];
    private TimeSpan? limitReachedAt;

    /// <summary>Whether connections wait.</summary>
    public bool Any => held.Count > 0;

    /// <summary>Pauses a connection whose next packet would be noted while there is no room.</summary>
    public void Hold(BrokerConnection connection, bool isPublish)
    {
        connection.Pause = Pause.Held;
        if (!held.TryGetValue(connection, out (TimeSpan Since, bool IsPublish) earlier) || earlier.IsPublish != isPublish)
            held[connection] = (turn.Now, isPublish);
        turn.Statistics.JournalHolds++;
        if (!turn.Room!.IsLimitReached) return;
        turn.Statistics.JournalLengthReached++;
        limitReachedAt ??= turn.Now;
    }

    /// <summary>Lets the connections go on if there is room. Publishers that have waited for too long because <see cref="MqttBrokerLimits.MaxJournalLength"/>
    /// is reached end.</summary>
    public void End()
    {
        if (held.Count == 0) return;
        limitReachedAt = turn.Room!.IsLimitReached ? limitReachedAt ?? turn.Now : null;
        foreach ((BrokerConnection connection, (TimeSpan since, bool isPublish)) in held)
        {
            if (connection.Pause != Pause.Held) held.Remove(connection); // it has ended, or goes on already
            else if (isPublish ? !turn.Room.IsFull : !turn.Room.IsBehind) Resume(connection);
            else if (isPublish && IsOver(since)) EndConnection(connection);
        }
    }

    private bool IsOver(TimeSpan since) => limitReachedAt is { } reachedAt && turn.Now - (since > reachedAt ? since : reachedAt) >= Longest;

    private void Resume(BrokerConnection connection)
    {
        held.Remove(connection);
        connection.Pause = Pause.None;
        connection.LastReceived = turn.Now; // the silence was not the client's
        turn.MarkDirty(connection);
    }

    private void EndConnection(BrokerConnection connection)
    {
        held.Remove(connection);
        connection.Limit = nameof(MqttBrokerLimits.MaxJournalLength);
        turn.End(connection, MqttConnectionEnd.NoRoom);
    }
}
