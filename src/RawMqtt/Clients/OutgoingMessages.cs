// SPDX-License-Identifier: MIT

using RawMqtt.Codec;
using RawMqtt.Sessions;

namespace RawMqtt.Clients;

/// <summary>What the application publishes: sent at once, or waiting for the connection, for the in-flight limit or
/// for room in the send buffer; and which caller awaits what.</summary>
/// <remarks>Guarded by the gate.</remarks>
internal sealed class OutgoingMessages(
    Lock gate, ClientSession session, ClientStatus status, ClientCounters counters, QueueLimits limits, AckTimer? ackTimer,
    ReadingPause pause, SessionFile? file)
{
    private readonly Stack<PendingPublish> spare = new();
    private readonly PacketIdTable<PendingPublish> inFlight = new();
    private PendingList waitingQos0;
    private PendingList waiting;
    private PendingList waitingForRoom;
    private PendingPublish? alone;
    private string aloneName = "";
    private string suspectName = "";
    private int endsOfSuspect;
    private TaskCompletionSource? idle;
    private int lostQueued;
    private int lostInFlight;

    /// <summary>The number of messages that wait to be sent.</summary>
    public int Queued => limits.Messages;

    /// <summary>Whether callers wait for room in the send buffer.</summary>
    public bool IsRoomAwaited => waitingForRoom.Count > 0;

    /// <summary>The messages that are not delivered, together with those given up since this client was made.</summary>
    public MqttDrainResult Undelivered => new(Queued + lostQueued, session.InFlight + lostInFlight);

    /// <summary>The messages given up since this client was made.</summary>
    public MqttDrainResult Lost => new(lostQueued, lostInFlight);

    /// <summary>Sends or queues a message at QoS 1 or 2, or one at QoS 0 while there is no connection.</summary>
    public PendingPublish Publish(ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload, QualityOfService qos, bool retain, OutgoingBuffer? output)
    {
        if (!TopicName.IsValidInPublish(topic, out ProtocolViolation? violation))
        {
            throw new ArgumentException($"The packet would break a rule: {violation}.", nameof(topic));
        }
        PendingPublish pending = Take(qos, retain);
        if (qos > QualityOfService.AtMostOnce && waiting.Count == 0 && session.CanPublish && output is not null)
        {
            AwaitAnswer(pending, session.Publish(topic, payload, qos, retain, output));
            counters.MessagesSent++;
        }
        else
        {
            Enqueue(pending, topic, payload, isConnected: output is not null);
            if (output is not null && qos == QualityOfService.AtMostOnce) SendQueued(output);
        }

        pause.End();
        return pending;
    }

    /// <summary>Sends a message at QoS 0 while there is a connection.</summary>
    /// <returns>What the caller awaits; null if it need not wait.</returns>
    public PendingPublish? PublishQos0(ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload, bool retain, OutgoingBuffer output)
    {
        if (output.Length >= QueueLimits.SendBufferHighWater && !limits.HasSendBufferRoomFor(topic.Length + payload.Length, output.Length))
        {
            return Refuse(output.Length);
        }
        session.Publish(topic, payload, QualityOfService.AtMostOnce, retain, output);
        counters.MessagesSent++;
        return output.Length >= QueueLimits.SendBufferHighWater ? WaitForRoom() : null;
    }

    /// <summary>Queues what an earlier process did not send; no caller awaits it.</summary>
    public void Restore(List<RestoredMessage> messages)
    {
        foreach (RestoredMessage one in messages) Append(ref waiting, Take(one.Message.Qos, one.Retain), one.Message);
    }

    /// <summary>Completes the callers that wait for room in the send buffer: it is being written, or its connection has ended.</summary>
    public void MakeRoom()
    {
        while (waitingForRoom.First is PendingPublish pending)
        {
            waitingForRoom.Remove(pending);
            pending.Complete();
        }
    }

    /// <summary>Sends what waits, as far as the connection and the in-flight limit allow.</summary>
    public void SendQueued(OutgoingBuffer output)
    {
        while (waitingQos0.First is PendingPublish pending && session.CanSend)
        {
            if (session.IsCareful) aloneName = ConnectFaults.NameOf(pending.Message!, qos: 0);
            Send(ref waitingQos0, pending, output);
            if (session.IsCareful) alone = pending;
            else pending.Complete();
        }

        while (waiting.First is PendingPublish pending && session.CanPublish)
        {
            AwaitAnswer(pending, Send(ref waiting, pending, output));
        }

        CompleteIdle();
    }

    /// <summary>Completes the message of this identifier, which the server has taken over, and sends what waited for the in-flight limit.</summary>
    public void Complete(ushort packetId, OutgoingBuffer output)
    {
        if (inFlight.Find(packetId) is PendingPublish pending)
        {
            inFlight.Remove(packetId);
            pending.Complete();
        }

        if (Queued > 0) SendQueued(output);
        CompleteIdle();
    }

    /// <summary>Completes the message at QoS 0 that left alone, if the PINGREQ behind it is answered.</summary>
    public void CompleteAlone()
    {
        if (alone is null || !session.CanSend) return;
        if (aloneName == suspectName) endsOfSuspect = 0;
        EndAlone(reason: null);
    }

    /// <summary>Ends the wait for the answer behind the message at QoS 0 that left alone: it was sent, and is not sent again [MQTT-4.3.1-1].</summary>
    /// <param name="reason">Why the server does not take it; null if it may have taken it.</param>
    public void EndAlone(MqttException? reason)
    {
        PendingPublish? ended = alone;
        alone = null;
        if (reason is null) ended?.Complete();
        else ended?.Fail(reason);
    }

    /// <summary>Counts a connection that the server ended behind a message at QoS 0 that left alone.</summary>
    /// <returns>How many that were in a row behind messages of this topic and length, and the name of the message.</returns>
    public (int Ends, string Name) CountEndOfAlone()
    {
        endsOfSuspect = aloneName == suspectName ? endsOfSuspect + 1 : 1;
        suspectName = aloneName;
        return (endsOfSuspect, aloneName);
    }

    /// <summary>Gives up the message of this identifier: it is not sent again.</summary>
    public void GiveUp(ushort packetId, MqttException reason)
    {
        session.GiveUp(packetId);
        PendingPublish? pending = inFlight.Find(packetId);
        inFlight.Remove(packetId);
        lostInFlight++;
        pending?.Fail(reason);
        CompleteIdle();
    }

    /// <summary>Completes when no message waits and none is in flight.</summary>
    public Task WhenIdleAsync()
    {
        if (IsIdle) return Task.CompletedTask;
        idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return idle.Task;
    }

    /// <summary>Fails what was in flight and is not sent again: the session has ended.</summary>
    public void LoseInFlight(Exception reason)
    {
        lostInFlight += FailInFlight(reason, isEnd: false);
        CompleteIdle();
    }

    /// <summary>Fails everything: nothing will be sent any more. Messages in a session file stay there.</summary>
    public void FailAll(MqttException reason, bool isClean)
    {
        MakeRoom();
        if (isClean)
        {
            lostInFlight += FailInFlight(ConnectFaults.SessionEnded(reason), isEnd: true);
            session.ForgetInFlight(); // with the client's last connection the session has ended
        }
        else
        {
            FailInFlight(reason, isEnd: true);
        }

        lostQueued += waitingQos0.Count;
        while (waitingQos0.First is PendingPublish pending) Drop(ref waitingQos0, pending, reason);
        if (file is null)
        {
            lostQueued += waiting.Count;
            while (waiting.First is PendingPublish pending) Drop(ref waiting, pending, reason);
        }
        else
        {
            FailWaitingCallers(reason);
        }

        idle?.TrySetResult();
        idle = null;
    }

    /// <summary>Ends a caller's wait. A message that is not sent is dropped; one that is sent is delivered without its caller.</summary>
    public void Cancel(PendingPublish pending, CancellationToken token)
    {
        lock (gate)
        {
            if (pending.IsSettled) return;
            var reason = new OperationCanceledException(token);
            if (pending.Message is not null)
            {
                Drop(ref pending.Qos > QualityOfService.AtMostOnce ? ref waiting : ref waitingQos0, pending, reason);
                CompleteIdle();
                return;
            }

            if (pending == alone) alone = null;
            else if (pending.PacketId == 0) waitingForRoom.Remove(pending);
            pending.Fail(reason);
        }
    }

    /// <summary>Takes back what its caller has the result of.</summary>
    /// <param name="pending">The publish.</param>
    /// <param name="version">Of which call: a second thread may have taken the same result.</param>
    public void GiveBack(PendingPublish pending, short version)
    {
        lock (gate)
        {
            if (pending.Version != version) return;
            if (pending.PacketId > 0 && inFlight.Find(pending.PacketId) == pending) inFlight.Remove(pending.PacketId); // delivered without its caller
            pending.Reset(); // here: an answer that comes before would settle the next call
            spare.Push(pending);
        }
    }

    /// <summary>Refuses a message at QoS 0 because the send buffer is full.</summary>
    private PendingPublish Refuse(int buffered)
    {
        counters.Dropped++;
        PendingPublish pending = Take(QualityOfService.AtMostOnce, retain: false);
        pending.Fail(ConnectFaults.SendBufferFull(buffered));
        return pending;
    }

    /// <summary>Makes a caller wait whose message has filled the send buffer.</summary>
    private PendingPublish WaitForRoom()
    {
        PendingPublish pending = Take(QualityOfService.AtMostOnce, retain: false);
        waitingForRoom.Append(pending);
        pause.End(); // the caller may be the reader itself
        return pending;
    }

    /// <returns>The number of callers that were told.</returns>
    private int FailInFlight(Exception reason, bool isEnd)
    {
        int failed = 0;
        foreach (PendingPublish pending in inFlight.All)
        {
            if (session.IsInFlight(pending.PacketId) && !isEnd) continue; // published anew in the next session
            inFlight.Remove(pending.PacketId);
            if (pending.IsSettled) continue;
            pending.Fail(reason);
            failed++;
        }

        return failed;
    }

    private bool IsIdle => Queued == 0 && session.InFlight == 0;

    private void CompleteIdle()
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

    private void AwaitAnswer(PendingPublish pending, ushort packetId)
    {
        pending.PacketId = packetId;
        inFlight.Add(packetId, pending);
        if (ackTimer is not null) pending.StartTimer(ackTimer);
    }

    private ushort Send(ref PendingList list, PendingPublish pending, OutgoingBuffer output)
    {
        ApplicationMessage message = Remove(ref list, pending);
        counters.MessagesSent++;
        return session.Publish(message, pending.Qos, pending.Retain, output);
    }

    private void Enqueue(PendingPublish pending, ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload, bool isConnected)
    {
        int length = topic.Length + payload.Length;
        MqttException? fault = status.End;
        if (fault is null && limits.FaultOf(length, isConnected) is MqttException hopeless)
        {
            fault = hopeless;
            if (hopeless.Code == MqttErrorCode.PacketTooLarge) counters.Dropped++;
        }

        if (fault is not null || !MakeRoomFor(length, out fault))
        {
            pending.Fail(fault!);
            return;
        }

        Append(
            ref pending.Qos > QualityOfService.AtMostOnce ? ref waiting : ref waitingQos0, pending, session.Keep(topic, payload, pending.Qos, pending.Retain));
        file?.SaveSoon();
    }

    private void Append(ref PendingList list, PendingPublish pending, ApplicationMessage message)
    {
        pending.Message = message;
        limits.Add(message.Length);
        list.Append(pending);
    }

    private ApplicationMessage Remove(ref PendingList list, PendingPublish pending)
    {
        list.Remove(pending);
        ApplicationMessage message = pending.Message!;
        limits.Remove(message.Length);
        pending.Message = null;
        return message;
    }

    /// <summary>Makes room in the queue: messages at QoS 0 are dropped for it, the oldest first.</summary>
    private bool MakeRoomFor(int length, out MqttException? fault)
    {
        fault = null;
        while (!limits.HasRoomFor(length))
        {
            fault = limits.Full();
            counters.Dropped++;
            if (waitingQos0.First is not PendingPublish oldest) return false;
            Drop(ref waitingQos0, oldest, fault);
        }

        return true;
    }

    private void Drop(ref PendingList list, PendingPublish pending, Exception reason)
    {
        session.Drop(Remove(ref list, pending));
        pending.Fail(reason);
    }

    /// <summary>Tells the callers that their messages will not be sent now. In the session file the messages stay, and so they do here.</summary>
    private void FailWaitingCallers(Exception reason)
    {
        PendingList told = waiting;
        waiting = default;
        while (told.First is PendingPublish pending)
        {
            told.Remove(pending);
            waiting.Append(new PendingPublish(this) { Qos = pending.Qos, Retain = pending.Retain, Message = pending.Message });
            pending.Message = null;
            pending.Fail(reason);
        }
    }
}
