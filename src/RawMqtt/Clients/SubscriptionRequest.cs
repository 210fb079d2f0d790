// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Text;

namespace RawMqtt.Clients;

/// <summary>A SUBSCRIBE or UNSUBSCRIBE that is not answered; it is sent again on the next connection.</summary>
/// <param name="isUnsubscribe">Whether it ends subscriptions.</param>
/// <param name="filters">The topic filters.</param>
/// <param name="isRepeated">Whether the client asks by itself, because the server has no session.</param>
internal sealed class SubscriptionRequest(bool isUnsubscribe, IReadOnlyList<MqttTopicFilter> filters, bool isRepeated = false) : ITimedAnswer
{
    private readonly TaskCompletionSource<byte[]> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private AckTimer? timer;
    private TimedAnswer? timed;

    public bool IsUnsubscribe => isUnsubscribe;

    public bool IsRepeated => isRepeated;

    public IReadOnlyList<MqttTopicFilter> Filters => filters;

    /// <summary>How many connections the server ended instead of answering it.</summary>
    public int Ends { get; set; }

    /// <summary>Whether it was ever sent, so that the server may know of it.</summary>
    public bool WasSent { get; private set; }

    /// <summary>The return codes of the SUBACK; empty for an UNSUBACK.</summary>
    public Task<byte[]> Answer => answer.Task;

    /// <summary>Notes that it is being sent. The time for the answer runs from the first time.</summary>
    public void MarkSent(AckTimer? ackTimer)
    {
        if (WasSent) return;
        WasSent = true;
        if (isRepeated) return; // no caller awaits it
        timer = ackTimer;
        timed = ackTimer?.Start(this);
    }

    /// <summary>Names the packet.</summary>
    public string Describe()
    {
        const int Most = 8;
        var text = new StringBuilder(isUnsubscribe ? "UNSUBSCRIBE of " : "SUBSCRIBE of ");
        for (int i = 0; i < Math.Min(filters.Count, Most); i++) text.Append(i > 0 ? ", \"" : "\"").Append(filters[i].Filter).Append('"');
        if (filters.Count > Most) text.Append(CultureInfo.InvariantCulture, $" and {filters.Count - Most} more");
        return text.ToString();
    }

    public void Complete(byte[] returnCodes)
    {
        StopTimer();
        answer.TrySetResult(returnCodes);
    }

    public void Fail(Exception reason)
    {
        StopTimer();
        answer.TrySetException(reason);
        _ = answer.Task.Exception; // observed, in case that no caller awaits it
    }

    void ITimedAnswer.Expire(TimeSpan timeout) => Fail(ConnectFaults.NotAcknowledged(timeout));

    private void StopTimer()
    {
        if (timed is not null) timer!.Stop(timed);
        timed = null;
    }
}
