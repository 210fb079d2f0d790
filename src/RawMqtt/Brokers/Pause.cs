// SPDX-License-Identifier: MIT

namespace RawMqtt.Brokers;

/// <summary>Why the broker takes nothing from a connection for a while; others go on.</summary>
internal enum Pause : byte
{
    /// <summary>It does take.</summary>
    None,

    /// <summary>The next packet waits for a <see cref="HookAnswer"/>.</summary>
    Asks,

    /// <summary>The next packet is a PUBLISH for a client whose queue is full.</summary>
    Held,
}
