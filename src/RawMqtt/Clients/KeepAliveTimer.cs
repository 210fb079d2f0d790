// SPDX-License-Identifier: MIT

using RawMqtt.Sessions;

namespace RawMqtt.Clients;

/// <summary>Runs the session when its deadline comes, 3.1.2.10: sends PINGREQ when the client was silent, and ends the connection when the server
/// was.</summary>
internal sealed class KeepAliveTimer(
    ClientGate gate, ClientSession session, SessionClock clock, OutgoingMessages outgoing, SubscriptionRequests requests, MqttClientOptions options)
    : IThreadPoolWorkItem, IAsyncDisposable
{
    /// <summary>How often the deadline is asked for while it can come nearer by itself.</summary>
    private static readonly TimeSpan ShortInterval = TimeSpan.FromSeconds(5);

    private readonly SleepWatch watch = SleepWatch.Of(options.TimeProvider);
    private ITimer? timer;

    /// <summary>Whether the client is connected. Any thread may ask.</summary>
    public bool HasConnection => gate.Writer is not null;

    /// <summary>For <see cref="SleepWatch"/>.</summary>
    public bool IsWatched { get; set; }

    /// <summary>Sets the timer for the session's next deadline.</summary>
    public void Arm()
    {
        lock (gate.Lock)
        {
            if (gate.Writer is null) return;
            if (options.KeepAlive > TimeSpan.Zero) watch.Add(this);
            TimeSpan due = session.NextDeadline - clock.Now ?? ShortInterval; // there is none while nothing is read
            if (due > ShortInterval && session.IsCareful) due = ShortInterval;
            timer ??= options.TimeProvider.CreateTimer(
                static state => ((KeepAliveTimer)state!).Tick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            timer.Change(due > TimeSpan.Zero ? due : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Sends PINGREQ after the machine was asleep: the server may be gone.</summary>
    public void Execute()
    {
        using (GateEntry entry = gate.Enter())
        {
            if (!entry.HasConnection || !session.IsConnected) return;
            session.Ping(entry.Output);
        }

        Arm();
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
