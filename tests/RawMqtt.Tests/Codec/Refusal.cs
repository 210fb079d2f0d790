// SPDX-License-Identifier: MIT

using RawMqtt.Codec;

namespace RawMqtt.Tests.Codec;

/// <summary>A writer that is given what a peer would refuse throws, and its message names the rule.</summary>
public static class Refusal
{
    public static void Of(ProtocolViolation rule, Func<int> write)
    {
        ArgumentException refused = Assert.Throws<ArgumentException>(() => { write(); });
        Assert.Contains(rule.ToString(), refused.Message, StringComparison.Ordinal);
    }

    public static void Of(string words, Func<int> write)
    {
        ArgumentException refused = Assert.Throws<ArgumentException>(() => { write(); });
        Assert.Contains(words, refused.Message, StringComparison.Ordinal);
    }
}
