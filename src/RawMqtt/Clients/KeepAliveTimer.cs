// SPDX-License-Identifier: MIT

using RawMqtt.Sessions;

namespace RawMqtt.Clients;

/// <summary>Runs the session when its deadline comes, 3.1.2.10: sends PINGREQ when the client was silent, and ends the connection when the server
/// was.</summary>
internal sealed class KeepAliveTimer(
    ClientGate gate, ClientSession session, SessionClock clock, OutgoingMessages outgoing, SubscriptionRequests requests, MqttClientOptions options)
    : IAsyncDisposable
{
    /// <summary>How often the clocks are compared while connected: a machine that slept is noticed this soon after it woke.</summary>
    private static readonly TimeSpan ClockCheckInterval = TimeSpan.FromSeconds(5);

    private readonly SleepDetector sleep = new(options.TimeProvider);
    private ITimer? timer;

    /// <summary>Sets the timer for the session's next deadline.</summary>
    public void Arm()
    {
        lock (gate.Lock)
        {
            if (gate.Writer is null) return;
            TimeSpan due = session.NextDeadline - clock.Now ?? ClockCheckInterval; // there is none while nothing is read
            if (due > ClockCheckInterval) due = ClockCheckInterval;
            timer ??= options.TimeProvider.CreateTimer(
                static state => ((KeepAliveTimer)state!).Tick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            timer.Change(due > TimeSpan.Zero ? due : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }

    public ValueTask DisposeAsync() => timer?.DisposeAsync() ?? default;

    private void Tick()
    {
        ConnectionWriter writer;
        bool isAlive;
        bool isIgnored;
        using (GateEntry entry = gate.Enter())
        {
            if (!entry.HasConnection) return;
            writer = entry.Writer;
            bool wasCareful = session.IsCareful;
            isAlive = session.Tick(clock.Now, entry.Output);
            if (wasCareful && session.IsSendingFreely) SendWaiting(entry.Output);
            // the server may be gone
            if (isAlive && session.IsConnected && options.KeepAlive > TimeSpan.Zero && sleep.CompareClocks()) session.Ping(entry.Output);
            isIgnored = session.ArePingsIgnored;
        }

        if (isAlive) Arm();
        else writer.Ending.Fail(isIgnored ? ConnectFaults.PingsIgnored() : ConnectFaults.KeepAliveExpired(options.EffectivePingTimeout));
    }

    private void SendWaiting(OutgoingBuffer output)
    {
        outgoing.CompleteAlone();
        requests.SendUnsent(output);
        outgoing.SendQueued(output);
    }
}
