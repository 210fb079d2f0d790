// SPDX-License-Identifier: MIT

namespace RawMqtt.Explain;

/// <summary>A field of a unit: its bytes, its meaning, and the section that defines it.</summary>
/// <param name="Offset">The field's first byte in the stream, from 0.</param>
/// <param name="Bytes">The bytes themselves.</param>
/// <param name="Name">The field's name in the specification.</param>
/// <param name="Value">The field's value in words.</param>
/// <param name="Section">The section, such as 3.1.2.10.</param>
public sealed record WireField(long Offset, byte[] Bytes, string Name, string Value, string Section)
{
    /// <summary>Gets whether the field is a password, which a trace masks.</summary>
    public bool IsSecret { get; init; }

    /// <summary>Gets the text that a trace shows in place of <see cref="Name"/> if that may hold a token; otherwise null.</summary>
    public string? Masked { get; init; }

    /// <summary>Gets the rule that these bytes break; null if they break none.</summary>
    public BrokenRule? Broken { get; init; }
}
