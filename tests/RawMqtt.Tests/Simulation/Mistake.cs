// SPDX-License-Identifier: MIT

using RawMqtt.Brokers;

namespace RawMqtt.Tests.Simulation;

/// <summary>A mistake that is planted into a broker with a journal: the simulation must find it.</summary>
/// <param name="Name">What is wrong, in words.</param>
internal sealed record Mistake(string Name)
{
    /// <summary>Bytes leave before what they follow from is committed.</summary>
    public bool SendsEarly { get; init; }

    /// <summary>Nothing is synced, and the power fails.</summary>
    public bool NeverSyncs { get; init; }

    /// <summary>A commit that failed counts as done.</summary>
    public bool TrustsFailures { get; init; }

    /// <summary>Segments are deleted without carrying forward.</summary>
    public bool DeletesUncarried { get; init; }

    /// <summary>The broker is never told how long the journal is.</summary>
    public bool NeverMeasures { get; init; }

    /// <summary>The broker is not told that the journal has become shorter.</summary>
    public bool MeasuresGrowthAlone { get; init; }

    /// <summary>What happens when a queue or a share of the journal is full; null: none is.</summary>
    public MqttWhenQueueFull? WhenFull { get; init; }

    /// <summary>Segments are deleted before what was carried forward is committed.</summary>
    public bool DeletesEarly { get; init; }

    /// <summary>Records of this kind are not noted.</summary>
    public BrokerRecord? Forgets { get; init; }

    /// <summary>Connections that have ended are closed before that is committed.</summary>
    public bool ClosesEarly { get; init; }

    /// <summary>What a record says of the Will that it was is not believed.</summary>
    public bool ForgetsWillOf { get; init; }

    /// <summary>What a record says of the identifier under which it came in is not believed.</summary>
    public bool ForgetsReceived { get; init; }
}
