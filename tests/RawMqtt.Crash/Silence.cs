// SPDX-License-Identifier: MIT

using System.Diagnostics;

namespace RawMqtt.Crash;

/// <summary>Tells when a subscriber's file holds all messages, or has not grown for a time.</summary>
internal sealed class Silence(string journal, int messages, TimeSpan patience)
{
    private readonly Stopwatch unchanged = Stopwatch.StartNew();
    private long length = -1;

    public bool IsOver()
    {
        long now = new FileInfo(journal).Length;
        if (now == length) return unchanged.Elapsed > patience;
        length = now;
        unchanged.Restart();
        return Tally.Read(journal, messages).Missing == 0;
    }
}
