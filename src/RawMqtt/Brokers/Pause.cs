// SPDX-License-Identifier: MIT

namespace RawMqtt.Brokers;

/// <summary>Why the broker takes no packets from a connection for a while; it still takes those of others.</summary>
internal enum Pause : byte
{
    /// <summary>The broker takes packets.</summary>
    None,

    /// <summary>The next packet waits for a <see cref="HookAnswer"/>.</summary>
    Asks,

    /// <summary>The next packet is a PUBLISH for a client whose queue is full, or for a journal of which too much waits for a commit.</summary>
    Held,
}
