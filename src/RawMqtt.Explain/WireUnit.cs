// SPDX-License-Identifier: MIT

namespace RawMqtt.Explain;

/// <summary>One thing on the wire: the head of an HTTP message, a WebSocket frame, or a control packet.</summary>
/// <param name="Kind">The layer that it belongs to.</param>
/// <param name="Offset">Its first byte in the stream, from 0.</param>
/// <param name="Title">A line that sums it up.</param>
/// <param name="Section">The section that defines it: of MQTT 3.1.1, or with "RFC 6455" in front.</param>
/// <param name="Fields">Its fields in order.</param>
public sealed record WireUnit(WireUnitKind Kind, long Offset, string Title, string Section, IReadOnlyList<WireField> Fields)
{
    /// <summary>Gets the rule that it breaks, or null; nothing after a broken unit can be read.</summary>
    public BrokenRule? Broken { get; init; }

    /// <summary>Gets the offset of the field that breaks the rule.</summary>
    public long BrokenAt => Fields.FirstOrDefault(part => part.Broken == Broken)?.Offset ?? Offset;

    /// <summary>Gets the bytes of a whole and valid packet; empty for other units.</summary>
    public byte[] Packet { get; init; } = [];
}

/// <summary>The layer that a <see cref="WireUnit"/> belongs to.</summary>
public enum WireUnitKind
{
    /// <summary>The head of an HTTP request or response.</summary>
    HttpHead,

    /// <summary>The head of a WebSocket frame, or the payload of a control frame.</summary>
    Frame,

    /// <summary>An MQTT control packet.</summary>
    Packet,
}
