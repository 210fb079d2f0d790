// SPDX-License-Identifier: MIT

namespace RawMqtt.Clients;

/// <summary>Who writes what was just appended to a connection's outgoing buffer.</summary>
internal enum FlushStep
{
    /// <summary>No flush now: the write in progress is followed by another one.</summary>
    None,

    /// <summary>The caller that appended it, at once: no other write is in progress, so waiting would gain nothing.</summary>
    ByCaller,

    /// <summary>A thread of the pool, because writes follow each other closely or a file is written first. The caller goes on appending meanwhile.</summary>
    ByThreadPool,
}
