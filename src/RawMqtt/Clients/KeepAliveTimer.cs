// SPDX-License-Identifier: MIT

namespace RawMqtt.Clients;

/// <summary>Runs the session when its deadline comes, 3.1.2.10: PINGREQ after a silence of ours, the end of the connection after one of the server's.</summary>
internal sealed class KeepAliveTimer : IAsyncDisposable
{
    /// <summary>How often the clocks are compared while connected: a machine that slept is noticed this soon after it woke.</summary>
    private static readonly TimeSpan ClockCheckInterval = TimeSpan.FromSeconds(5);

    private readonly ClientCore core;
    private readonly SleepDetector sleep;
    private readonly ITimer timer;

    public KeepAliveTimer(ClientCore core)
    {
        this.core = core;
        sleep = new SleepDetector(core.Options.TimeProvider);
        timer = core.Options.TimeProvider.CreateTimer(static state => ((KeepAliveTimer)state!).Tick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Sets the timer for the session's next deadline.</summary>
    public void Arm()
    {
        lock (core.Gate)
        {
            if (core.Connection is null) return;
            TimeSpan due = core.Session.NextDeadline - core.Now ?? ClockCheckInterval; // none while nothing is read, and there may be one again
            if (due > ClockCheckInterval) due = ClockCheckInterval;
            timer.Change(due > TimeSpan.Zero ? due : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }

    public ValueTask DisposeAsync() => timer.DisposeAsync();

    private void Tick()
    {
        ClientConnection? connection;
        bool isAlive;
        FlushStep step;
        lock (core.Gate)
        {
            connection = core.Connection;
            if (connection is null) return;
            isAlive = core.Session.Tick(core.Now, connection.Output);
            if (isAlive && core.Session.IsConnected && core.Options.KeepAlive > TimeSpan.Zero && sleep.HasSlept()) core.Session.Ping(core.Now, connection.Output); // is it still there?
            step = connection.Appended();
        }

        connection.Flush(step);
        if (isAlive) Arm();
        else connection.Fail(ConnectFaults.KeepAliveExpired(core.Options.EffectivePingTimeout));
    }
}
