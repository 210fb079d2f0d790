// SPDX-License-Identifier: MIT

using RawMqtt.Sessions;

namespace RawMqtt.Clients;

/// <summary>Delivers the messages of a batch to the subscriptions that they match, without the gate, and acknowledges those that no reader holds.</summary>
/// <remarks>Used by the thread that reads the connection.</remarks>
internal sealed class MessageDelivery(
    ClientGate gate, ConnectionWriter writer, ClientSession session, SessionClock clock, ClientSubscriptions subscriptions,
    UnclaimedMessages unclaimed, HeldMessages heldMessages, ReceiverCalls receivers, ClientCounters counters, SessionFile? file,
    BackPressure backPressure, MqttClientOptions options)
{
    private readonly LocalRoutes routes = new(subscriptions);
    private readonly bool isSessionKept = !options.CleanSession;
    private bool isRefusing;

    /// <summary>Returns why the connection has to end; null while it may go on.</summary>
    /// <remarks>What was refused or forgotten comes again on a new connection. It is made when no SUBSCRIBE waits for its answer any more:
    /// before, the program could not read.</remarks>
    public MqttException? FindFault()
    {
        if ((!isRefusing && !unclaimed.AreForgottenWanted) || subscriptions.Unanswered > 0) return null;
        return isRefusing ? ConnectFaults.TooFarBehind(options.CleanSession) : ConnectFaults.SentAgain();
    }

    /// <summary>Delivers a batch, then acknowledges it in one flush. While a subscription is full, waits for its reader.</summary>
    /// <param name="batch">The messages.</param>
    /// <param name="bytes">The bytes that they lie in.</param>
    public ValueTask DeliverAsync(ReceivedBatch batch, ReadOnlyMemory<byte> bytes)
    {
        if (batch.Count == 0) return default;
        if (batch.HasNumbers) file!.Append(); // noted before the messages go to the application
        int delivered = Deliver(batch, bytes.Span, 0, out LocalSubscription? full);
        if (full is not null) return DeliverSlowlyAsync(batch, bytes, delivered, full);
        Acknowledge(batch, 0, batch.Count);
        return default;
    }

    /// <summary>Acknowledges what was delivered, and reads nothing until the reader of the full subscription has caught up.</summary>
    private async ValueTask DeliverSlowlyAsync(ReceivedBatch batch, ReadOnlyMemory<byte> bytes, int delivered, LocalSubscription? full)
    {
        int acknowledged = 0;
        while (true)
        {
            Acknowledge(batch, acknowledged, delivered);
            acknowledged = delivered;
            if (full is not null) await backPressure.WaitAsync(full.Buffer).ConfigureAwait(false);
            if (delivered == batch.Count) return;
            delivered = Deliver(batch, bytes.Span, delivered, out full);
        }
    }

    private int Deliver(ReceivedBatch batch, ReadOnlySpan<byte> bytes, int from, out LocalSubscription? full)
    {
        full = null;
        int i = from;
        while (i < batch.Count && full is null)
        {
            ref ReceivedBatch.Entry entry = ref batch[i++];
            MqttMessageView view = entry.In(bytes);
            if (isSessionKept && view is { Qos: QualityOfService.AtLeastOnce, Duplicate: true } && heldMessages.Rebind(view, entry.Receipt, out bool isDone))
            {
                entry = entry with { IsAcknowledgedElsewhere = !isDone }; // a reader has it already
                continue;
            }

            LocalRoute route = routes.Find(view.Topic);
            while (route.Targets.Length == 0 && !unclaimed.Take(view, route, routes, isRefusing, ref entry)) route = routes.Find(view.Topic);
            if (route.Targets.Length > 0) full = Deliver(view, route, ref entry);
        }

        return i;
    }

    /// <summary>Delivers one message to all subscriptions that it matches.</summary>
    /// <returns>A subscription that is full now; null if none is.</returns>
    private LocalSubscription? Deliver(in MqttMessageView view, LocalRoute route, ref ReceivedBatch.Entry entry)
    {
        bool canBeLost = view.Qos == QualityOfService.AtMostOnce;
        if (!canBeLost && (isRefusing || Array.Exists(route.Targets, static target => target.Receiver is null && target.Buffer.IsFarBehind)))
        {
            Refuse(ref entry);
            return null;
        }

        LocalSubscription? full = null;
        HeldMessage? held = null;
        MqttMessage? message = null;
        foreach (LocalSubscription target in route.Targets)
        {
            if (target.Receiver is MqttMessageReceiver receiver)
            {
                receivers.Call(receiver, view);
                continue;
            }

            if (canBeLost && target.Buffer.IsFarBehind)
            {
                counters.DroppedIncoming++;
                continue;
            }

            bool isHeld = !canBeLost && (isSessionKept || target.IsManual);
            if (isHeld && held is null)
            {
                held = heldMessages.Hold(entry.Receipt, CountHolders(route.Targets));
                held.Message = new MqttMessage(route.TopicText, view, clock.Now, held);
                entry = entry with { IsAcknowledgedElsewhere = true };
            }

            MqttMessage own = isHeld ? held!.CopyForHolder() : message ??= new MqttMessage(route.TopicText, view, clock.Now);
            BufferState state = target.Buffer.Add(own);
            if (state == BufferState.Full) full = target;
            else if (state == BufferState.Ended && isHeld) Return(own, route.Targets);
            if (isHeld) unclaimed.Watch();
        }

        if (!entry.IsAcknowledgedElsewhere && entry.DeliveryNumber > 0) AcknowledgeNow(ref entry);
        return full;
    }

    private int CountHolders(LocalSubscription[] targets)
    {
        int count = 0;
        foreach (LocalSubscription target in targets) count += target.Receiver is null && (isSessionKept || target.IsManual) ? 1 : 0;
        return count;
    }

    /// <summary>Gives back a message whose stream ended after its route was looked up.</summary>
    private void Return(MqttMessage message, LocalSubscription[] targets)
    {
        if (unclaimed.Return(message, targets) is not MqttMessageReceiver receiver) return;
        receivers.Call(receiver, message.ToView());
        message.Acknowledge();
    }

    /// <summary>Refuses a message: reading went on although a reader was behind, because an answer was awaited, and now there is no room at all.</summary>
    /// <remarks>The message is refused for every reader, or some readers would get it twice; so are all later ones, or they would overtake it.
    /// In a kept session the server sends them again on the next connection.</remarks>
    private void Refuse(ref ReceivedBatch.Entry entry)
    {
        isRefusing = true;
        if (options.CleanSession) counters.DroppedIncoming++; // the session ends with the connection
        lock (gate.Lock) session.Refuse(entry.Receipt);
        entry = entry with { IsAcknowledgedElsewhere = true };
    }

    /// <summary>Acknowledges a message that only receivers got, before the next one goes to a receiver.</summary>
    private void AcknowledgeNow(ref ReceivedBatch.Entry entry)
    {
        using (GateEntry visit = gate.Enter(writer)) session.Acknowledge(entry.Receipt, writer.Output);
        entry = entry with { IsAcknowledgedElsewhere = true };
        file!.Append();
    }

    private void Acknowledge(ReceivedBatch batch, int from, int to)
    {
        using GateEntry visit = gate.Enter(writer);
        int before = writer.Output.Length;
        for (int i = from; i < to; i++)
        {
            ref ReceivedBatch.Entry entry = ref batch[i];
            if (entry.Receipt.Qos > QualityOfService.AtMostOnce && !entry.IsAcknowledgedElsewhere) session.Acknowledge(entry.Receipt, writer.Output);
        }

        writer.Answers.Add(writer.Output.Length - before);
    }
}
