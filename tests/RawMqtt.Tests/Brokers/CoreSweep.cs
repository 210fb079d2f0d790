// SPDX-License-Identifier: MIT

using RawMqtt.Brokers;

namespace RawMqtt.Tests.Brokers;

/// <summary>A whole sweep of a core, as the broker's shell makes it.</summary>
internal static class CoreSweep
{
    public static void Sweep(this BrokerCore core, TimeSpan now)
    {
        core.Sweeps.Begin(now);
        var due = new List<BrokerConnection>();
        bool isMore = true;
        for (int place = 0; isMore; due.Clear())
        {
            isMore = core.Sweeps.TakeDue(now, ref place, due);
            core.Sweeps.Look(due, now);
        }

        core.Sweeps.End();
    }
}
