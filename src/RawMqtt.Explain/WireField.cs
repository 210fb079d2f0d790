// SPDX-License-Identifier: MIT

namespace RawMqtt.Explain;

/// <summary>Some bytes, and what they mean by which section.</summary>
/// <param name="Offset">Of the first byte, in the stream that the unit belongs to.</param>
/// <param name="Bytes">The bytes themselves.</param>
/// <param name="Name">What the specification calls them.</param>
/// <param name="Value">What they say.</param>
/// <param name="Section">Where it stands.</param>
internal sealed record WireField(long Offset, byte[] Bytes, string Name, string Value, string Section)
{
    /// <summary>A password, which a trace does not show.</summary>
    public bool IsSecret { get; init; }

    /// <summary>What a trace shows in place of <see cref="Name"/>, where a token may stand in that.</summary>
    public string? Masked { get; init; }

    /// <summary>The rule that these bytes break.</summary>
    public BrokenRule? Broken { get; init; }
}
