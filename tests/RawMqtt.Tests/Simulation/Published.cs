// SPDX-License-Identifier: MIT

namespace RawMqtt.Tests.Simulation;

/// <summary>A message that a simulated client published.</summary>
internal sealed record Published(string Topic, QualityOfService Qos, string Payload)
{
    public Outcome Outcome { get; set; }

    /// <summary>The session that would tell a second one from the first is gone.</summary>
    public bool MayComeTwice { get; set; }
}

/// <summary>What became of a publish.</summary>
internal enum Outcome
{
    None,
    Delivered,
    Lost,
    SessionLost,
}
