// SPDX-License-Identifier: MIT

namespace RawMqtt.Explain;

/// <summary>What stands on the wire as one thing: the head of an HTTP message, a frame, a control packet.</summary>
internal sealed record WireUnit(WireUnitKind Kind, long Offset, string Title, string Section, IReadOnlyList<WireField> Fields)
{
    /// <summary>The rule that it breaks; nothing can be read behind it.</summary>
    public BrokenRule? Broken { get; init; }

    /// <summary>Where it breaks it.</summary>
    public long BrokenAt => Fields.FirstOrDefault(part => part.Broken == Broken)?.Offset ?? Offset;

    /// <summary>The whole packet, for a packet that is not broken.</summary>
    public byte[] Packet { get; init; } = [];
}

/// <summary>Which layer a <see cref="WireUnit"/> belongs to.</summary>
internal enum WireUnitKind
{
    HttpHead,
    Frame,
    Packet,
}
