// SPDX-License-Identifier: MIT

using RawMqtt.Brokers;

namespace RawMqtt.Serving;

/// <summary>Looks at the deadlines of all connections; called at a fixed interval, in place of a timer for each connection.</summary>
internal sealed class Sweep(LockedCore core, MqttBrokerLimits limits)
{
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly List<BrokerConnection> due = [];
    private readonly List<ServedConnection> toDrop = [];

    /// <summary>Ends the connections and hooks whose time is over. The lock is free again and again meanwhile.</summary>
    public void Run()
    {
        using (CoreUse use = core.Enter()) use.Core.Sweeps.Begin(use.Now);
        for (int place = 0; LookAtSome(ref place);)
        {
            if (core.IsWaitedFor) Thread.Yield();
        }

        using (CoreUse use = core.Enter()) use.Core.Sweeps.End();
    }

    /// <returns>Whether there may be more.</returns>
    private bool LookAtSome(ref int place)
    {
        bool isMore;
        due.Clear();
        toDrop.Clear();
        using (CoreUse use = core.Enter())
        {
            isMore = use.Core.Sweeps.TakeDue(use.Now, ref place, due);
            foreach (BrokerConnection connection in due) connection.IsWithinFrame = ((ServedConnection)connection.Carrier!).IsWithinFrame;
            use.Core.Sweeps.Look(due, use.Now);
            foreach (BrokerConnection connection in due)
            {
                var served = (ServedConnection)connection.Carrier!;
                if (served.DropAt <= use.Now) toDrop.Add(served);
                CancelHookIfLate(use.Core, served, use.Now);
                TimeSpan untaken = served.MeasureRepliesUnderWay(use.Now);
                if (connection.End is null && untaken >= limits.SendTimeout) EndTooSlow(use, connection);
                if (served.HasRepliesUnderWay) use.Core.Sweeps.LookSoon(connection);
            }
        }

        foreach (ServedConnection connection in toDrop) connection.Drop();
        return isMore;
    }

    private static void EndTooSlow(CoreUse use, BrokerConnection connection)
    {
        use.Core.Statistics.TooSlow++;
        connection.Limit = nameof(MqttBrokerLimits.SendTimeout);
        use.Core.End(connection, MqttConnectionEnd.TooSlow, use.Now);
    }

    private void CancelHookIfLate(BrokerCore core, ServedConnection served, TimeSpan now)
    {
        if (served.Asking is null || now - served.AskedAt < limits.HookTimeout) return;
        core.Statistics.HooksTimedOut++;
        served.CancelHook();
    }
}
