// SPDX-License-Identifier: MIT

namespace RawMqtt.Testing;

/// <summary>Specifies how a connection that is cut looks to its ends.</summary>
public enum FaultEnd
{
    /// <summary>Closed in order: each end reads what was on its way, and then the end.</summary>
    Close,

    /// <summary>Reset: reads and writes fail.</summary>
    Reset,

    /// <summary>Silence: both ends think that it stands, and nothing passes.</summary>
    HalfOpen,
}
