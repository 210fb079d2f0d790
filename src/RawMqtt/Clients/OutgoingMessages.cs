// SPDX-License-Identifier: MIT

using System.Buffers;
using RawMqtt.Codec;
using RawMqtt.Sessions;

namespace RawMqtt.Clients;

/// <summary>What the application publishes: on its way at once, or waiting for the connection, for the in-flight limit or
/// for room in the send buffer; and who awaits what.</summary>
/// <remarks>Guarded by the client's gate.</remarks>
internal sealed class OutgoingMessages(ClientCore core)
{
    private readonly Stack<PendingPublish> spare = new();
    private PendingPublish?[] inFlight = new PendingPublish?[64];
    private PendingList waitingQos0;
    private PendingList waiting;
    private PendingList waitingForRoom;
    private TaskCompletionSource? idle;
    private int lostQueued;
    private int lostInFlight;

    /// <summary>Messages that wait to be sent.</summary>
    public int Queued => waiting.Count + waitingQos0.Count;

    /// <summary>What is not delivered, together with what was given up since this client was made.</summary>
    public MqttDrainResult Undelivered => new(Queued + lostQueued, core.Session.InFlight + lostInFlight);

    /// <summary>Of <see cref="Undelivered"/>, what was given up.</summary>
    public MqttDrainResult Lost => new(lostQueued, lostInFlight);

    /// <summary>Whether callers wait for room in the send buffer.</summary>
    public bool IsRoomAwaited => waitingForRoom.Count > 0;

    /// <summary>Topics and payloads of the messages that wait to be sent.</summary>
    public long QueuedBytes { get; private set; }

    /// <summary>Sends or queues a message at QoS 1 or 2, or one at QoS 0 while there is no connection.</summary>
    public PendingPublish Publish(ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload, QualityOfService qos, bool retain)
    {
        if (!TopicName.IsValidInPublish(topic, out ProtocolViolation? violation)) throw new ArgumentException($"The packet would break a rule: {violation}.", nameof(topic));
        PendingPublish pending = Take(qos, retain);
        if (qos > QualityOfService.AtMostOnce && waiting.Count == 0 && core.Session.CanPublish && core.Connection is ClientConnection connection)
        {
            Await(pending, core.Session.Publish(topic, payload, qos, retain, connection.Output));
            core.Statistics.MessagesSent++;
        }
        else
        {
            Enqueue(pending, topic, payload);
        }

        core.AnswerAwaited();
        return pending;
    }

    /// <summary>What an earlier process did not send waits for the connection; nobody awaits it.</summary>
    public void Restore(IReadOnlyList<(ApplicationMessage Message, bool Retain)> messages)
    {
        foreach ((ApplicationMessage message, bool retain) in messages) Append(ref waiting, Take(message.Qos, retain), message);
    }

    /// <summary>Whether the send buffer takes a QoS 0 message although it is full: from callers that do not await, it takes no more than may be queued.</summary>
    public bool HasRoomFor(int length, OutgoingBuffer output) => output.Length + (long)length <= core.Options.MaxQueuedBytes;

    /// <summary>A message that is not taken.</summary>
    public PendingPublish Refuse(MqttException fault)
    {
        core.Statistics.Dropped++;
        PendingPublish pending = Take(QualityOfService.AtMostOnce, retain: false);
        pending.Settle(fault);
        return pending;
    }

    /// <summary>A QoS 0 message is in the send buffer, which is full: its caller waits until it has been emptied.</summary>
    public PendingPublish WaitForRoom()
    {
        PendingPublish pending = Take(QualityOfService.AtMostOnce, retain: false);
        waitingForRoom.Append(pending);
        core.AnswerAwaited(); // it may be the reader itself that waits
        return pending;
    }

    /// <summary>The send buffer is being written, or is gone.</summary>
    public void MakeRoom()
    {
        while (waitingForRoom.First is PendingPublish pending)
        {
            waitingForRoom.Remove(pending);
            pending.Settle();
        }
    }

    /// <summary>Sends what waits, as far as the connection and the in-flight limit allow.</summary>
    public void SendQueued(IBufferWriter<byte> output)
    {
        while (waitingQos0.First is PendingPublish pending && core.Session.IsConnected)
        {
            Send(ref waitingQos0, pending, output);
            pending.Settle();
        }

        while (waiting.First is PendingPublish pending && core.Session.CanPublish)
        {
            Await(pending, Send(ref waiting, pending, output));
        }

        TellIdle();
    }

    /// <summary>The server has taken over the message of this identifier.</summary>
    public void Delivered(ushort packetId, IBufferWriter<byte> output)
    {
        if (packetId < inFlight.Length && inFlight[packetId] is PendingPublish pending)
        {
            TakeOff(pending);
            pending.Settle();
        }

        if (waiting.Count > 0) SendQueued(output);
        TellIdle();
    }

    /// <summary>Completes when nothing waits and nothing is in flight.</summary>
    public Task WhenIdleAsync()
    {
        if (IsIdle) return Task.CompletedTask;
        idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return idle.Task;
    }

    /// <summary>The session is over, and what it had in flight with it.</summary>
    public void LoseInFlight(Exception reason)
    {
        lostInFlight += FailInFlight(reason);
        TellIdle();
    }

    /// <summary>Nothing will be sent any more.</summary>
    public void FailAll(Exception reason)
    {
        MakeRoom();
        FailInFlight(reason);
        lostQueued += waitingQos0.Count;
        while (waitingQos0.First is PendingPublish pending) Drop(ref waitingQos0, pending, reason);
        if (core.SessionFile is null)
        {
            lostQueued += waiting.Count;
            while (waiting.First is PendingPublish pending) Drop(ref waiting, pending, reason);
        }
        else
        {
            LeaveWaiting(reason);
        }

        idle?.TrySetResult();
        idle = null;
    }

    /// <summary>The caller gave up: what is not sent will not be; what is sent goes on without it.</summary>
    public void Cancel(PendingPublish pending, CancellationToken token)
    {
        lock (core.Gate)
        {
            if (pending.IsSettled) return;
            var reason = new OperationCanceledException(token);
            if (pending.Message is not null)
            {
                Drop(ref pending.Qos > QualityOfService.AtMostOnce ? ref waiting : ref waitingQos0, pending, reason);
                TellIdle();
                return;
            }

            if (pending.PacketId > 0)
            {
                Abandon(pending, reason);
                return;
            }

            waitingForRoom.Remove(pending);
            pending.Settle(reason);
        }
    }

    /// <summary>It was sent and is delivered without its caller, who is told why; or the session is over.</summary>
    public void Abandon(PendingPublish pending, Exception reason)
    {
        TakeOff(pending);
        pending.Settle(reason);
    }

    public void GiveBack(PendingPublish pending)
    {
        lock (core.Gate) spare.Push(pending);
    }

    /// <returns>How many there were.</returns>
    private int FailInFlight(Exception reason)
    {
        int failed = 0;
        foreach (PendingPublish? pending in inFlight)
        {
            if (pending is null) continue;
            Abandon(pending, reason);
            failed++;
        }

        return failed;
    }

    private bool IsIdle => Queued == 0 && core.Session.InFlight == 0;

    private void TellIdle()
    {
        if (idle is null || !IsIdle) return;
        idle.TrySetResult();
        idle = null;
    }

    private PendingPublish Take(QualityOfService qos, bool retain)
    {
        if (!spare.TryPop(out PendingPublish? pending)) pending = new PendingPublish(this);
        pending.Qos = qos;
        pending.Retain = retain;
        return pending;
    }

    private void Await(PendingPublish pending, ushort packetId)
    {
        if (packetId >= inFlight.Length) Array.Resize(ref inFlight, Math.Min(Sender.MaxPacketIds + 1, Math.Max(packetId + 1, 2 * inFlight.Length)));
        pending.PacketId = packetId;
        inFlight[packetId] = pending;
        core.AckTimer?.Sent(pending);
    }

    private void TakeOff(PendingPublish pending)
    {
        inFlight[pending.PacketId] = null;
        core.AckTimer?.Settled(pending);
    }

    private ushort Send(ref PendingList list, PendingPublish pending, IBufferWriter<byte> output)
    {
        list.Remove(pending);
        QueuedBytes -= pending.Message!.Length;
        core.Statistics.MessagesSent++;
        ushort packetId = core.Session.Publish(pending.Message, pending.Qos, pending.Retain, output);
        pending.Message = null;
        return packetId;
    }

    private void Enqueue(PendingPublish pending, ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload)
    {
        if (core.QueueingFault() is MqttException fault || !MakeRoomFor(topic.Length + payload.Length, out fault!))
        {
            pending.Settle(fault);
            return;
        }

        Append(ref pending.Qos > QualityOfService.AtMostOnce ? ref waiting : ref waitingQos0, pending, core.Session.Keep(topic, payload, pending.Qos, pending.Retain));
        core.SessionFile?.SaveSoon();
    }

    private void Append(ref PendingList list, PendingPublish pending, ApplicationMessage message)
    {
        pending.Message = message;
        QueuedBytes += message.Length;
        list.Append(pending);
    }

    /// <summary>QoS 0 gives way first, the oldest before the others.</summary>
    private bool MakeRoomFor(int length, out MqttException? fault)
    {
        fault = null;
        if (length > core.Options.MaxQueuedBytes) // nothing that gives way would help
        {
            fault = new MqttException(MqttErrorCode.PacketTooLarge, $"The message cannot wait to be sent: it has {length} bytes with its topic, and MaxQueuedBytes is {core.Options.MaxQueuedBytes}.");
            core.Statistics.Dropped++;
            return false;
        }

        while (Queued >= core.Options.MaxQueuedMessages || QueuedBytes + length > core.Options.MaxQueuedBytes)
        {
            fault = new MqttException(MqttErrorCode.QueueFull, $"The queue of messages to send is full: {Queued} messages, {QueuedBytes} bytes. Publish more slowly, await what was published, or raise MaxQueuedMessages or MaxQueuedBytes.");
            core.Statistics.Dropped++;
            if (waitingQos0.First is not PendingPublish oldest) return false;
            Drop(ref waitingQos0, oldest, fault);
        }

        return true;
    }

    private void Drop(ref PendingList list, PendingPublish pending, Exception reason)
    {
        list.Remove(pending);
        QueuedBytes -= pending.Message!.Length;
        core.Session.Drop(pending.Message);
        pending.Message = null;
        pending.Settle(reason);
    }

    /// <summary>Who awaits them is told that they will not be sent now; in the session file they stay, and so they do here.</summary>
    private void LeaveWaiting(Exception reason)
    {
        PendingList told = waiting;
        waiting = default;
        while (told.First is PendingPublish pending)
        {
            told.Remove(pending);
            waiting.Append(new PendingPublish(this) { Qos = pending.Qos, Retain = pending.Retain, Message = pending.Message });
            pending.Message = null;
            pending.Settle(reason);
        }
    }
}
