// SPDX-License-Identifier: MIT

namespace RawMqtt.Testing;

/// <summary>Specifies what a <see cref="FaultLink"/> or a <see cref="FaultProxy"/> does to one connection.</summary>
/// <param name="CutAfter">The bytes, both ways together, after which nothing passes any more.</param>
/// <param name="End">How that end looks to both ends.</param>
/// <param name="SliceLength">The most bytes that are passed on at once.</param>
/// <param name="Delay">The time before each slice.</param>
public sealed record Fault(long CutAfter, FaultEnd End, int SliceLength = 65536, TimeSpan Delay = default)
{
    /// <summary>A connection without a fault.</summary>
    public static readonly Fault None = new(long.MaxValue, FaultEnd.Close);
}
