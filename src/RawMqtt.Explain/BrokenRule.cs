// SPDX-License-Identifier: MIT

namespace RawMqtt.Explain;

/// <summary>A rule of one of the two specifications, and how it is broken.</summary>
internal sealed record BrokenRule(string Rule, string Message)
{
    public override string ToString() => $"[{Rule}] {Message}";
}
