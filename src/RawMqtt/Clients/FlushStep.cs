// SPDX-License-Identifier: MIT

namespace RawMqtt.Clients;

/// <summary>Who writes what was just appended to a connection's outgoing buffer.</summary>
internal enum FlushStep
{
    /// <summary>The flush that is in flight will be followed by another.</summary>
    None,

    /// <summary>Whoever appended it, at once: nothing else is going on, so nothing is gained by waiting.</summary>
    ByCaller,

    /// <summary>A thread of the pool, because flushes follow each other closely or a file is written first: the caller goes on appending meanwhile.</summary>
    ByFlusher,
}
