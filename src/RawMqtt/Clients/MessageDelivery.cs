// SPDX-License-Identifier: MIT

using RawMqtt.Sessions;

namespace RawMqtt.Clients;

/// <summary>Delivers the messages of a batch to the subscriptions that they match, without the gate, and then acknowledges them.</summary>
/// <remarks>Used by the thread that reads the connection.</remarks>
internal sealed class MessageDelivery(
    ClientGate gate, ConnectionWriter writer, ClientSession session, ClientSubscriptions subscriptions, ClientCounters counters,
    ClientLog log, BackPressure backPressure, MqttClientOptions options)
{
    private readonly LocalRoutes routes = new(subscriptions);
    private bool isRefusing;

    /// <summary>Why the connection has to end; null while it may go on.</summary>
    public MqttException? Failure { get; private set; }

    /// <summary>Delivers a batch, then acknowledges it in one flush. While a subscription is full, waits for its reader.</summary>
    /// <param name="batch">The messages.</param>
    /// <param name="bytes">The bytes that they lie in.</param>
    public ValueTask DeliverAsync(ReceivedBatch batch, ReadOnlyMemory<byte> bytes)
    {
        if (batch.Count == 0) return default;
        int delivered = Deliver(batch, bytes.Span, 0, out LocalSubscription? full);
        if (full is not null) return DeliverSlowlyAsync(batch, bytes, delivered, full);
        Acknowledge(batch, 0, batch.Count);
        return default;
    }

    /// <summary>Acknowledges what the full subscription has, and reads nothing until its reader has caught up.</summary>
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
            full = Deliver(entry.In(bytes), ref entry);
        }

        return i;
    }

    /// <summary>Delivers one message to all subscriptions that it matches.</summary>
    /// <returns>A subscription that is full now; null if none is.</returns>
    private LocalSubscription? Deliver(in MqttMessageView view, ref ReceivedBatch.Entry entry)
    {
        LocalRoute route = routes.Find(view.Topic);
        if (route.Targets.Length == 0)
        {
            counters.Unmatched++;
            if (options.UnmatchedMessages is MqttMessageReceiver receiver) Call(receiver, view);
            return null;
        }

        bool mayBeLost = view.Qos == QualityOfService.AtMostOnce;
        if (!mayBeLost && (isRefusing || Array.Exists(route.Targets, static target => target.Receiver is null && target.Buffer.IsFarBehind)))
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
                Call(receiver, view);
                continue;
            }

            if (mayBeLost && target.Buffer.IsFarBehind)
            {
                counters.DroppedIncoming++;
                continue;
            }

            if (target.IsManual && !mayBeLost)
            {
                held ??= new HeldMessage(gate, session, entry.Receipt, route.Targets.Count(static other => other.IsManual));
                entry = entry with { IsAcknowledgedElsewhere = true };
                if (!target.Buffer.Add(new MqttMessage(route.TopicText, view, held))) full = target;
            }
            else if (!target.Buffer.Add(message ??= new MqttMessage(route.TopicText, view)))
            {
                full = target;
            }
        }

        return full;
    }

    /// <summary>Refuses a message: reading went on although a reader was behind, because an answer was awaited, and now there is no room at all.</summary>
    /// <remarks>The message is refused for every reader, or some readers would get it twice; so are all later ones, or they would overtake it.
    /// In a kept session the server sends them again on the next connection.</remarks>
    private void Refuse(ref ReceivedBatch.Entry entry)
    {
        isRefusing = true;
        Failure ??= ConnectFaults.TooFarBehind(options.CleanSession);
        if (options.CleanSession) counters.DroppedIncoming++; // the session ends with the connection
        lock (gate.Lock) session.Refuse(entry.Receipt);
        entry = entry with { IsAcknowledgedElsewhere = true };
    }

    private void Call(MqttMessageReceiver receiver, in MqttMessageView view)
    {
        try
        {
            receiver(view);
        }
        catch (Exception failure)
        {
            counters.ReceiverFailures++;
            log.Write(MqttLogLevel.Error, $"A message receiver threw {failure.GetType().Name}: {failure.Message}");
        }
    }

    private void Acknowledge(ReceivedBatch batch, int from, int to)
    {
        using Turn turn = gate.Enter(writer);
        int before = writer.Output.Length;
        for (int i = from; i < to; i++)
        {
            ref ReceivedBatch.Entry entry = ref batch[i];
            if (entry.Receipt.Qos > QualityOfService.AtMostOnce && !entry.IsAcknowledgedElsewhere) session.Acknowledge(entry.Receipt, writer.Output);
        }

        writer.Answers.Add(writer.Output.Length - before);
    }
}
