// SPDX-License-Identifier: MIT

namespace RawMqtt.Cli.Bench;

/// <summary>How far a process of a run is.</summary>
internal enum BenchPhase
{
    Connecting,

    /// <summary>Connected and subscribed; waits for the start.</summary>
    Ready,

    Running,

    /// <summary>All its messages are sent and acknowledged, or given up.</summary>
    Published,

    Ended,
}
