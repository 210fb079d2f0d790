// SPDX-License-Identifier: MIT

using RawMqtt.Codec;
using RawMqtt.Sessions;

namespace RawMqtt.Clients;

/// <summary>Ends the waiting of messages for a reader, by time and by number. While messages wait unanswered, they hold up the answers to all later
/// ones.</summary>
internal sealed class WaitingSweep(
    ClientGate gate, ClientSession session, SessionClock clock, ClientStatus status, ClientSubscriptions subscriptions, WaitingMessages waiting,
    UnmatchedMessages unmatched, ClientLog log, MqttClientOptions options) : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    /// <summary>With a session file, unread messages are stored after this time, so that they hold up no answers.</summary>
    private static readonly TimeSpan StoreTime = TimeSpan.FromSeconds(1);

    /// <summary>How many times <see cref="MqttClientOptions.UnmatchedWait"/> messages wait for a program that has not subscribed at all.</summary>
    private const int PatienceForFirst = 10;

    private ITimer? timer;
    private int isArmed;
    private TimeSpan connectedAt;

    /// <summary>Starts the time in which the program says what it wants. Under the gate.</summary>
    public void Connected() => connectedAt = clock.Now;

    /// <summary>Whether a message without a reader should wait. Under the gate.</summary>
    public bool ShouldWait(byte[] topic) => clock.Now < UnmatchedDeadline || subscriptions.FindWanted(topic).Count > 0;

    /// <summary>Starts the timer, unless it runs.</summary>
    public void Arm()
    {
        if (Interlocked.Exchange(ref isArmed, 1) != 0) return;
        lock (gate.Lock)
        {
            timer ??= options.TimeProvider.CreateTimer(
                static state => ((WaitingSweep)state!).Sweep(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            timer.Change(Interval, Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose() => timer?.Dispose();

    /// <summary>When messages that match no wanted filter have waited long enough: after the program's last call to subscribe, but not for ever.</summary>
    private TimeSpan UnmatchedDeadline
    {
        get
        {
            TimeSpan latest = connectedAt + (PatienceForFirst * options.UnmatchedWait);
            if (subscriptions.LastCall is not TimeSpan call) return options.Subscriptions.Count > 0 ? connectedAt + options.UnmatchedWait : latest;
            TimeSpan afterCall = (call > connectedAt ? call : connectedAt) + options.UnmatchedWait;
            return afterCall < latest ? afterCall : latest;
        }
    }

    private void Sweep()
    {
        Volatile.Write(ref isArmed, 0);
        List<MqttMessage> ended;
        int forgotten;
        bool goesOn;
        using (GateEntry entry = gate.Enter())
        {
            if (status.IsClosed) return;
            SetAsideUnread();
            ended = TakeUnmatched();
            forgotten = AnswerForgotten(entry.Output);
            ended.AddRange(TakeOverdue(entry.Output));
            goesOn = !waiting.IsEmpty || Array.Exists(subscriptions.Active, static subscription => subscription.Buffer.UnreadSince is not null);
        }

        log.WriteKept();
        if (ended.Count > 0 || forgotten > 0) unmatched.Take(ended, forgotten);
        foreach (MqttMessage message in ended) message.Acknowledge();
        if (goesOn) Arm();
    }

    /// <summary>Stops delivering to streams that no reader has read from for the longest time that messages wait.</summary>
    private void SetAsideUnread()
    {
        if (options.CleanSession) return;
        TimeSpan limit = options.SessionFile is null ? options.MaxWaitingTime : StoreTime;
        foreach (LocalSubscription subscription in subscriptions.Active)
        {
            if (subscription.Buffer.UnreadSince is TimeSpan since && clock.Now - since >= limit) subscriptions.Deactivate(subscription, reason: null);
        }
    }

    /// <summary>Takes the messages that match nothing the program ever named, when it has evidently said all that it wants.</summary>
    private List<MqttMessage> TakeUnmatched() =>
        clock.Now < UnmatchedDeadline ? [] : waiting.Take(message => subscriptions.FindWanted(message.TopicBytes).Count == 0);

    /// <returns>The number of messages that were not kept and that no subscription came for.</returns>
    private int AnswerForgotten(OutgoingBuffer? output)
    {
        if (clock.Now < UnmatchedDeadline || waiting.IsForgottenWanted || output is null) return 0;
        Receipt[] forgotten = waiting.TakeForgotten();
        foreach (Receipt receipt in forgotten) session.Acknowledge(receipt, output);
        return forgotten.Length;
    }

    /// <summary>Gives up the filters whose messages have waited too long for a reader, or are too many.</summary>
    private List<MqttMessage> TakeOverdue(OutgoingBuffer? output)
    {
        List<MqttMessage> overdue = [];
        while (waiting.FindUnanswered() is MqttMessage oldest && (waiting.IsFull || clock.Now - oldest.ArrivedAt >= options.MaxWaitingTime))
        {
            List<WantedFilter> filters = subscriptions.FindWanted(oldest.TopicBytes);
            if (filters.Count == 0) break; // it waits for the program to say what it wants
            foreach (WantedFilter filter in filters)
            {
                List<MqttMessage> unread = waiting.Take(message => TopicFilter.Matches(filter.Served, message.TopicBytes));
                MqttException reason = ConnectFaults.NotRead(filter.Filter, unread.Count);
                subscriptions.GiveUp(filter, reason, output);
                log.Keep(MqttLogLevel.Warning, reason.Message);
                overdue.AddRange(unread);
            }
        }

        return overdue;
    }
}
