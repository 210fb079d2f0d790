// SPDX-License-Identifier: MIT

using System.Text;

namespace RawMqtt.Clients;

/// <summary>Passes on the messages that no subscription wants, or counts them. The first one that is dropped on a connection is logged.</summary>
internal sealed class UnmatchedMessages(MqttMessageReceiver? receiver, ReceiverCalls calls, ClientCounters counters, ClientLog log)
{
    private readonly Lock calling = new();
    private int hasWarned;

    /// <summary>Lets the next message that is dropped be logged.</summary>
    public void Connected() => Volatile.Write(ref hasWarned, 0);

    /// <summary>Passes on one message. Do not call this while holding the gate.</summary>
    public void Take(in MqttMessageView view)
    {
        Count(1);
        if (receiver is not null) CallReceiver(view);
        else if (log.IsEnabled && Interlocked.Exchange(ref hasWarned, 1) == 0) log.Write(MqttLogLevel.Warning, Describe(view, others: 0));
    }

    /// <summary>Passes on messages that waited in vain, and logs what is dropped in one line.</summary>
    /// <param name="messages">The messages.</param>
    /// <param name="forgotten">The number of further messages that were not kept.</param>
    public void Take(List<MqttMessage> messages, int forgotten)
    {
        Count(messages.Count + forgotten);
        foreach (MqttMessage message in messages)
        {
            if (receiver is not null) CallReceiver(message.ToView());
        }

        if (receiver is not null && forgotten == 0) return;
        if (messages.Count == 0) return;
        Volatile.Write(ref hasWarned, 1);
        log.Write(MqttLogLevel.Warning, Describe(messages[0].ToView(), messages.Count + forgotten - 1));
    }

    private void Count(int messages) => Interlocked.Add(ref counters.Unmatched, messages);

    private void CallReceiver(in MqttMessageView view)
    {
        lock (calling) calls.Call(receiver!, view); // one at a time: a timer may bring some, and the connection others
    }

    private static string Describe(in MqttMessageView view, int others)
    {
        string more = others > 0 ? $" and {others} more were" : " was";
        return $"A message on \"{Encoding.UTF8.GetString(view.Topic)}\" at QoS {(int)view.Qos}{more} dropped: no subscription of this program matches. " +
            "Subscribe before OpenAsync, by MqttClientOptions.Subscriptions or Subscribe; take such messages with UnmatchedMessages; " +
            "or end an old subscription with UnsubscribeAsync.";
    }
}
