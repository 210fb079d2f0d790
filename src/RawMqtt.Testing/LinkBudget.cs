// SPDX-License-Identifier: MIT

namespace RawMqtt.Testing;

/// <summary>The bytes that a connection still passes, both ways together.</summary>
internal sealed class LinkBudget(long bytes)
{
    private long left = bytes;

    /// <summary>Returns how many of the wanted bytes may pass.</summary>
    public int Take(int wanted)
    {
        long after = Interlocked.Add(ref left, -wanted);
        return after >= 0 ? wanted : (int)Math.Max(0, after + wanted);
    }
}
