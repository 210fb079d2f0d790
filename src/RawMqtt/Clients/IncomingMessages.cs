// SPDX-License-Identifier: MIT

using RawMqtt.Codec;
using RawMqtt.Sessions;

namespace RawMqtt.Clients;

/// <summary>Takes the packets of one read, a batch at a time under the gate, and delivers their messages without it.</summary>
internal sealed class IncomingMessages(ClientCore core, ClientConnection connection)
{
    private readonly Arrived[] batch = new Arrived[128];
    private readonly TopicRoutes routes = new(core.Subscriptions);
    private readonly BackPressure backPressure = new(core, connection);
    private int count;
    private int asked;
    private bool hasToLog;
    private bool isRefusing;

    /// <summary>The bytes of the packets that the last <see cref="Take"/> took.</summary>
    public int Consumed { get; private set; }

    /// <summary>Why the connection has to end; null while it may go on.</summary>
    public MqttException? Failure { get; private set; }

    /// <summary>Takes the next packets from the front of <paramref name="bytes"/>, answers those that the application has no part in, and keeps the places of the messages.</summary>
    /// <returns>Whether any packet was taken.</returns>
    public bool Take(ReadOnlySpan<byte> bytes)
    {
        if (Failure is not null || bytes.IsEmpty) return false;
        FlushStep step;
        lock (core.Gate)
        {
            count = 0;
            ReadOnlySpan<byte> rest = bytes;
            TimeSpan now = core.Now;
            int before = connection.Output.Length;
            bool isConnected = core.Session.IsConnected;
            asked = 0;
            while (count < batch.Length && Failure is null && core.Session.TryReceive(ref rest, now, connection.Output, out SessionEvent happened)) Handle(happened, bytes);
            if (isConnected) connection.Answers.Add(connection.Output.Length - before - asked);
            Consumed = bytes.Length - rest.Length;
            core.Statistics.BytesReceived += Consumed;
            core.Statistics.MessagesReceived += count;
            step = count > 0 ? FlushStep.None : connection.Appended(); // with messages, their acknowledgements go along
        }

        connection.Flush(step);
        if (hasToLog) core.LogKept();
        hasToLog = false;
        if (core.Options.PacketTap is MqttTap tap && Consumed > 0) PacketTaps.ShowReceived(tap, bytes[..Consumed]);
        return Consumed > 0;
    }

    /// <summary>Delivers the messages of the last <see cref="Take"/>, then acknowledges them in one flush.</summary>
    public ValueTask DeliverAsync(ReadOnlyMemory<byte> bytes)
    {
        if (count == 0) return default;
        int delivered = Deliver(bytes.Span, 0, out MqttSubscription? full);
        if (full is not null) return DeliverSlowlyAsync(bytes, delivered, full);
        Acknowledge(0, count);
        return default;
    }

    /// <summary>A subscriber is behind: what it has is acknowledged, and nothing is read until it has caught up.</summary>
    private async ValueTask DeliverSlowlyAsync(ReadOnlyMemory<byte> bytes, int delivered, MqttSubscription? full)
    {
        int acknowledged = 0;
        while (true)
        {
            Acknowledge(acknowledged, delivered);
            acknowledged = delivered;
            if (full is not null) await backPressure.WaitAsync(full).ConfigureAwait(false);
            if (delivered == count) return;
            delivered = Deliver(bytes.Span, delivered, out full);
        }
    }

    private void Handle(in SessionEvent happened, ReadOnlySpan<byte> bytes)
    {
        int before = connection.Output.Length;
        switch (happened.Kind)
        {
            case SessionEventKind.Message:
                bytes.Overlaps(happened.Topic, out int topic);
                bytes.Overlaps(happened.Payload, out int payload);
                batch[count++] = new Arrived(topic, happened.Topic.Length, payload, happened.Payload.Length, happened.Receipt, happened.Retain, happened.Duplicate);
                return;
            case SessionEventKind.Delivered:
                core.Subscriptions.SendUnsent(connection); // an identifier is free: those that ask come before those that publish
                core.Outgoing.Delivered(happened.PacketId, connection.Output);
                break;
            case SessionEventKind.Subscribed:
                core.Subscriptions.Answered(happened.PacketId, happened.ReturnCodes.ToArray(), connection);
                hasToLog = true;
                break;
            case SessionEventKind.Unsubscribed:
                core.Subscriptions.Answered(happened.PacketId, [], connection);
                break;
            case SessionEventKind.Pong:
                core.Pings.Answered(core.Now);
                break;
            case SessionEventKind.Connected:
                Connected(happened);
                break;
            case SessionEventKind.Refused:
                Failure = ConnectFaults.Refused(happened.ReturnCode);
                break;
            case SessionEventKind.Violation:
                Failure = happened.Violation == ProtocolViolation.PacketTooLarge ? ConnectFaults.PacketTooLarge(core.Options.MaxPacketLength) : new MqttException(happened.Violation!);
                break;
        }

        asked += connection.Output.Length - before; // what was waiting to be sent is no answer
    }

    private void Connected(in SessionEvent happened)
    {
        core.Connection = connection;
        core.SessionPresent = happened.SessionPresent;
        core.Statistics.Connections++;
        if (happened.SessionLost) core.Outgoing.LoseInFlight(ConnectFaults.SessionForgotten());
        core.Subscriptions.Connected(happened.SessionPresent, connection);
        core.Outgoing.SendQueued(connection.Output);
        connection.Accept(happened.SessionPresent);
    }

    private int Deliver(ReadOnlySpan<byte> bytes, int from, out MqttSubscription? full)
    {
        full = null;
        int i = from;
        while (i < count && full is null)
        {
            ref Arrived arrived = ref batch[i++];
            var view = new MqttMessageView
            {
                Topic = bytes.Slice(arrived.Topic, arrived.TopicLength),
                Payload = bytes.Slice(arrived.Payload, arrived.PayloadLength),
                Qos = arrived.Receipt.Qos,
                Retain = arrived.Retain,
                Duplicate = arrived.Duplicate,
            };
            full = Deliver(view, ref arrived);
        }

        return i;
    }

    /// <summary>One message to all that it matches; the one of them that is full now, if any.</summary>
    private MqttSubscription? Deliver(in MqttMessageView view, ref Arrived arrived)
    {
        TopicRoute route = routes.Find(view.Topic);
        if (route.Targets.Length == 0)
        {
            core.Statistics.Unmatched++;
            if (core.Options.UnmatchedMessages is MqttMessageReceiver receiver) Call(receiver, view);
            return null;
        }

        bool mayBeLost = view.Qos == QualityOfService.AtMostOnce;
        if (!mayBeLost && (isRefusing || Array.Exists(route.Targets, static target => target.Receiver is null && target.IsFarBehind)))
        {
            Refuse(ref arrived);
            return null;
        }

        MqttSubscription? full = null;
        HeldMessage? held = null;
        MqttMessage? message = null;
        foreach (MqttSubscription target in route.Targets)
        {
            if (target.Receiver is MqttMessageReceiver receiver)
            {
                Call(receiver, view);
                continue;
            }

            if (mayBeLost && target.IsFarBehind)
            {
                core.Statistics.DroppedIncoming++;
                continue;
            }

            if (target.IsManual && !mayBeLost)
            {
                held ??= new HeldMessage(core, arrived.Receipt, route.Targets.Count(other => other.IsManual));
                arrived = arrived with { IsDone = true }; // not by this end
                if (!target.Add(new MqttMessage(route.TopicText, view, held))) full = target;
            }
            else if (!target.Add(message ??= new MqttMessage(route.TopicText, view)))
            {
                full = target;
            }
        }

        return full;
    }

    /// <summary>Reading went on although a reader was behind, because an answer was awaited, and now there is no room at all: the message is for nobody,
    /// or it would reach some readers twice, and so are those behind it, or it would be overtaken. In a kept session they all come again.</summary>
    private void Refuse(ref Arrived arrived)
    {
        isRefusing = true;
        Failure ??= ConnectFaults.TooFarBehind(core.Options.CleanSession);
        if (core.Options.CleanSession) core.Statistics.DroppedIncoming++; // the session ends with the connection
        lock (core.Gate) core.Session.Refuse(arrived.Receipt);
        arrived = arrived with { IsDone = true };
    }

    private void Call(MqttMessageReceiver receiver, in MqttMessageView view)
    {
        try
        {
            receiver(view);
        }
        catch (Exception failure) // whatever the application's code throws, the connection lives on
        {
            core.Statistics.ReceiverFailures++;
            core.Log(MqttLogLevel.Error, $"A message receiver threw {failure.GetType().Name}: {failure.Message}");
        }
    }

    private void Acknowledge(int from, int to)
    {
        FlushStep step;
        lock (core.Gate)
        {
            int before = connection.Output.Length;
            for (int i = from; i < to; i++)
            {
                if (batch[i].Receipt.Qos > QualityOfService.AtMostOnce && !batch[i].IsDone) core.Session.Acknowledge(batch[i].Receipt, connection.Output);
            }

            connection.Answers.Add(connection.Output.Length - before);
            step = connection.Appended();
        }

        connection.Flush(step);
    }

    /// <summary>A message's place in the bytes read.</summary>
    private readonly record struct Arrived(int Topic, int TopicLength, int Payload, int PayloadLength, Receipt Receipt, bool Retain, bool Duplicate, bool IsDone = false);
}
