// SPDX-License-Identifier: MIT

namespace RawMqtt.Tests.Simulation;

/// <summary>How often the bounds of simulated brokers were reached.</summary>
internal sealed class BoundFigures
{
    /// <summary>Messages dropped, those of sessions that ended included.</summary>
    public long Dropped { get; private set; }

    /// <summary>Sessions that ended because their queues were full.</summary>
    public long Ended { get; private set; }

    /// <summary>Packets that waited for the journal.</summary>
    public long Held { get; private set; }

    /// <summary>Packets that waited for its limit, and messages that were dropped because of it.</summary>
    public long LimitReached { get; private set; }

    public void Add(MqttBrokerStatistics process)
    {
        Dropped += process.MessagesDropped;
        Ended += process.SessionsQueueFull;
        Held += process.JournalHolds;
        LimitReached += process.JournalLengthReached;
    }

    public void Add(BoundFigures world)
    {
        Dropped += world.Dropped;
        Ended += world.Ended;
        Held += world.Held;
        LimitReached += world.LimitReached;
    }
}
