// SPDX-License-Identifier: MIT

namespace RawMqtt.Clients;

/// <summary>Tells the connected clients of a process that the machine was asleep, soon after it woke.</summary>
/// <remarks>For the clock of the system it is one thread for all clients, which wakes once in 5 seconds while one of them is connected. A timer would wake five
/// threads for that, ten times: those of the timers, the pool, the pool's supervisor and the finalizers.</remarks>
internal sealed class SleepWatch(TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private static readonly SleepWatch OfSystem = new(TimeProvider.System);

    private readonly Lock gate = new();
    private readonly List<KeepAliveTimer> watched = [];
    private SleepDetector? sleep; // null: nothing runs
    private ITimer? timer;

    public static SleepWatch Of(TimeProvider time) => time == TimeProvider.System ? OfSystem : new SleepWatch(time);

    /// <summary>Watches for a client while it is connected.</summary>
    public void Add(KeepAliveTimer client)
    {
        lock (gate)
        {
            if (client.IsWatched) return;
            client.IsWatched = true;
            watched.Add(client);
            if (sleep is not null) return;
            sleep = new SleepDetector(time);
            if (time != TimeProvider.System || OperatingSystem.IsBrowser())
                timer = time.CreateTimer(static state => ((SleepWatch)state!).Check(), this, Interval, Interval);
            else
                new Thread(Run, maxStackSize: 128 * 1024) { IsBackground = true, Name = "RawMqtt sleep" }.UnsafeStart();
        }
    }

    private void Run()
    {
        do Thread.Sleep(Interval);
        while (Check());
    }

    /// <returns>Whether a client is connected.</returns>
    private bool Check()
    {
        lock (gate)
        {
            if (sleep is null) return false;
            bool hasSlept = sleep.CompareClocks();
            for (int i = watched.Count - 1; i >= 0; i--)
            {
                KeepAliveTimer client = watched[i];
                if (hasSlept) ThreadPool.UnsafeQueueUserWorkItem(client, preferLocal: false);
                if (client.HasConnection) continue;
                client.IsWatched = false;
                watched.RemoveAt(i);
            }

            if (watched.Count > 0) return true;
            sleep = null;
            timer?.Dispose();
            return false;
        }
    }
}
