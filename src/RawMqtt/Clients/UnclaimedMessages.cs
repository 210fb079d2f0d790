// SPDX-License-Identifier: MIT

using RawMqtt.Sessions;

namespace RawMqtt.Clients;

/// <summary>Takes the messages for which no reader is there: lets them wait while a subscription may still come for them, and passes them on
/// otherwise.</summary>
internal sealed class UnclaimedMessages(
    Lock gate, ClientSession session, SessionClock clock, ClientSubscriptions subscriptions, HeldMessages heldMessages, WaitingMessages waiting,
    WaitingSweep sweep, UnmatchedMessages unmatched, ClientCounters counters, bool isSessionKept)
{
    /// <summary>Whether a subscription came that may want messages beyond the limits of those that wait.</summary>
    public bool AreForgottenWanted => waiting.IsForgottenWanted;

    /// <summary>Takes a message.</summary>
    /// <returns>False if a subscription came meanwhile: the caller looks for its route again.</returns>
    public bool Take(in MqttMessageView view, LocalRoute route, LocalRoutes routes, bool isRefusing, ref ReceivedBatch.Entry entry)
    {
        lock (gate)
        {
            if (!routes.IsCurrent) return false;
            bool isAnswered = view.Qos > QualityOfService.AtMostOnce && isSessionKept;
            if (isAnswered && isRefusing)
            {
                Forget(ref entry);
                return true;
            }

            if (sweep.ShouldWait(route.Topic))
            {
                if (!waiting.IsFull) Keep(view, route, isAnswered, ref entry);
                else if (isAnswered) Forget(ref entry);
                else counters.DroppedIncoming++;
                return true;
            }
        }

        unmatched.Take(view);
        return true;
    }

    /// <summary>Takes a message whose stream ended just now, unless other streams have it. A subscription that was made meanwhile gets it.</summary>
    /// <param name="message">The message.</param>
    /// <param name="targets">The subscriptions that it was for, which have had it.</param>
    /// <returns>The receiver to call with the message, and to acknowledge it after that; null if there is nothing left to do.</returns>
    public MqttMessageReceiver? Return(MqttMessage message, LocalSubscription[] targets)
    {
        lock (gate)
        {
            if (message.Held!.Leave()) return null;
            LocalSubscription? next = Array.Find(subscriptions.Active, other => !targets.Contains(other) && other.Matches(message.TopicBytes));
            if (next is { Receiver: not null }) return next.Receiver;
            if (next is null) waiting.Add(message);
            else next.Buffer.Add(message);
        }

        sweep.Arm();
        return null;
    }

    /// <summary>Has the unread messages of streams looked after from now on.</summary>
    public void Watch() => sweep.Arm();

    private void Keep(in MqttMessageView view, LocalRoute route, bool isAnswered, ref ReceivedBatch.Entry entry)
    {
        HeldMessage? held = isAnswered ? heldMessages.Hold(entry.Receipt, holders: 1) : null;
        var message = new MqttMessage(route.TopicText, view, clock.Now, held);
        if (held is not null)
        {
            held.Message = message;
            entry = entry with { IsAcknowledgedElsewhere = true };
        }

        waiting.Add(message);
        sweep.Arm();
    }

    /// <summary>Leaves a message unanswered for which there is no room: the server sends it again on a new connection.</summary>
    private void Forget(ref ReceivedBatch.Entry entry)
    {
        session.Refuse(entry.Receipt);
        waiting.Forget(entry.Receipt);
        entry = entry with { IsAcknowledgedElsewhere = true };
        sweep.Arm();
    }
}
