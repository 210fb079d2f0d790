// SPDX-License-Identifier: MIT

using RawMqtt.Brokers;

namespace RawMqtt.Serving;

/// <summary>Looks at all deadlines of all connections; called at a fixed interval, in place of a timer for each connection.</summary>
internal sealed class Sweep(LockedCore core, MqttBrokerLimits limits)
{
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    /// <summary>Ends the connections and hooks whose time is over.</summary>
    public void Run()
    {
        List<ServedConnection> toDrop = [];
        using (CoreUse use = core.Enter())
        {
            foreach (BrokerConnection connection in use.Core.Connections) connection.IsWithinFrame = ((ServedConnection)connection.Carrier!).IsWithinFrame;
            use.Core.Tick(use.Now);
            foreach (BrokerConnection connection in use.Core.Connections)
            {
                var served = (ServedConnection)connection.Carrier!;
                if (served.DropAt <= use.Now) toDrop.Add(served);
                CancelHookIfLate(use.Core, served, use.Now);
                if (connection.End is null && served.MeasureRepliesUnderWay(use.Now) >= limits.SendTimeout) EndTooSlow(use, connection);
            }
        }

        foreach (ServedConnection connection in toDrop) connection.Drop();
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
