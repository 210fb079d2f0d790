// SPDX-License-Identifier: MIT

namespace RawMqtt.Explain;

/// <summary>A rule that some bytes break.</summary>
/// <param name="Rule">The rule's identifier, such as MQTT-3.3.1-4 or WS-5.2-7.</param>
/// <param name="Message">A sentence that says how the rule is broken.</param>
public sealed record BrokenRule(string Rule, string Message)
{
    /// <summary>Returns the identifier in brackets, then the sentence.</summary>
    public override string ToString() => $"[{Rule}] {Message}";
}
