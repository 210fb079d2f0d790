// SPDX-License-Identifier: MIT

using System.Buffers;
using RawMqtt.Codec;

namespace RawMqtt.Sessions;

/// <summary>The server's half of a session, 4.1, without its subscriptions: what was sent and not acknowledged, what waits
/// to be sent, and which QoS 2 messages were received and not yet released.</summary>
/// <remarks>The window, the most messages in flight, doubles each time that the client has acknowledged a whole one while
/// others waited. A client that does not keep up never has more than the first window.</remarks>
/// <param name="firstWindow">The window of a new connection, in messages: 1 to 65535.</param>
/// <param name="lastWindow">The largest one.</param>
/// <param name="windowBytes">Topics and payloads in flight; the last message may go beyond.</param>
internal sealed class ServerSession(int firstWindow, int lastWindow, int windowBytes)
{
    private Sender? sender; // a client that uses QoS 0 only needs none of the three
    private MessageQueue? queue;
    private MessageQueue? behind; // what came after messages that stand in the journal alone
    private Receiver? receiver;
    private int acknowledged;

    public Receiver Receiver => receiver ??= new Receiver();

    private Sender Sender => sender ??= new Sender(firstWindow);

    /// <summary>Messages sent and not acknowledged to the end.</summary>
    public int InFlight => sender?.InFlight ?? 0;

    /// <summary>Their topics and payloads, in bytes.</summary>
    public long InFlightBytes => sender?.Bytes ?? 0;

    /// <summary>Messages that wait for the window or for the client.</summary>
    public int Queued => (queue?.Count ?? 0) + (Stored is null ? 0 : Stored.Count + (behind?.Count ?? 0));

    /// <summary>Their topics and payloads, in bytes; of those in the journal alone, the length of their records.</summary>
    public long QueuedBytes => (queue?.Bytes ?? 0) + (Stored is null ? 0 : Stored.Bytes + (behind?.Bytes ?? 0));

    /// <summary>Messages that wait in the journal alone; null until there were any.</summary>
    public StoredQueue? Stored { get; set; }

    /// <summary>Whether the next message must be read from the journal before it can be sent.</summary>
    public bool MustLoad => Stored is { Count: > 0 } && queue is not { Count: > 0 } && HasRoom;

    /// <summary>Whether a message may be sent now: none waits before it, and the window has room.</summary>
    public bool CanSend => Queued == 0 && HasRoom;

    /// <summary>Whether one that waits may be sent now.</summary>
    public bool CanSendQueued => Queued > 0 && HasRoom;

    /// <summary>Whether the bytes in flight have reached their limit.</summary>
    public bool IsWindowFullInBytes => sender is not null && sender.Bytes >= windowBytes;

    private bool HasRoom => sender is null || (sender.CanSend && !IsWindowFullInBytes);

    /// <summary>Sends a message at QoS 1 or 2, while <see cref="CanSend"/>.</summary>
    /// <param name="message">The session takes a reference of its own.</param>
    /// <param name="qos">1 or 2.</param>
    /// <param name="retain">The RETAIN bit of the PUBLISH.</param>
    /// <param name="output">Takes the PUBLISH.</param>
    /// <returns>The packet identifier.</returns>
    public ushort Send(ApplicationMessage message, QualityOfService qos, bool retain, IBufferWriter<byte> output) =>
        Sender.Send(message.AddReference(), qos, retain, output);

    /// <summary>Keeps a message until <see cref="SendQueued"/> finds room for it [MQTT-3.1.2-5], [MQTT-4.5.0-1].</summary>
    /// <param name="message">The session takes a reference of its own.</param>
    /// <param name="qos">1 or 2.</param>
    /// <param name="retain">The RETAIN bit of the PUBLISH.</param>
    public void Queue(ApplicationMessage message, QualityOfService qos, bool retain)
    {
        if (Stored is { Count: > 0 }) (behind ??= new MessageQueue()).Add(message.AddReference(), qos, retain);
        else (queue ??= new MessageQueue()).Add(message.AddReference(), qos, retain);
    }

    /// <summary>Drops the message that has waited longest; those in flight do not wait.</summary>
    /// <returns>Its number.</returns>
    public long DropOldest()
    {
        long number = queue is { Count: > 0 } ? queue.First.Message.Number : Stored!.First.Number;
        if (queue is { Count: > 0 }) queue.Take().Message.Release();
        else Stored!.RemoveFirst();
        EndLoad();
        return number;
    }

    /// <summary>Puts a message that was read from the journal behind the others that were, and before all that wait there.</summary>
    public void QueueLoaded(ApplicationMessage message, QualityOfService qos, bool retain) =>
        (queue ??= new MessageQueue()).Add(message.AddReference(), qos, retain);

    /// <summary>Leaves messages that wait to the journal alone, as far as their records are committed.</summary>
    /// <param name="kept">How many stay in memory, if none stands in the journal alone yet.</param>
    /// <param name="total">Counts what stands in the journal alone.</param>
    public void Evict(int kept, StoredTotal total)
    {
        if (Stored is not { Count: > 0 })
        {
            if (Queued <= kept) return;
            Stored ??= new StoredQueue(total);
            (behind, queue) = (queue, behind); // those behind are none now
            while (kept-- > 0 && behind!.Count > 0) Take(behind, queue ??= new MessageQueue());
        }

        while (behind is { Count: > 0 } && behind.First is { Message.Place.Length: > 0 } next)
        {
            behind.Take();
            byte flags = (byte)((int)next.Qos | (next.Retain ? 4 : 0));
            Stored.Add(new StoredMessage(next.Message.Number, next.Message.Place, (ushort)Math.Min(ushort.MaxValue, next.Message.Sharers), flags));
            next.Message.Release();
        }

        EndLoad(); // if none was committed
    }

    /// <summary>Finds a message that waits, or that is in flight and not answered.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="delivery">How it stands here.</param>
    public bool TryFind(long number, out SessionDelivery delivery)
    {
        delivery = default;
        if (sender is not null && sender.TryFind(number, out delivery)) return true;
        if (queue is not null && queue.TryFind(number, out delivery)) return true;
        if (behind is not null && behind.TryFind(number, out delivery)) return true;
        int index = Stored is { Count: > 0 } ? Stored.IndexOf(number) : -1;
        if (index >= 0) delivery = new SessionDelivery(0, Stored![index].Qos, Stored[index].Retain, null);
        return index >= 0;
    }

    /// <summary>The messages in memory that wait, or that are in flight and not answered.</summary>
    public IEnumerable<ApplicationMessage> InMemory => [.. sender?.Messages ?? [], .. queue?.Messages ?? [], .. behind?.Messages ?? []];

    /// <summary>Identifiers that wait for PUBCOMP, in the order of their PUBRECs.</summary>
    public IEnumerable<ushort> Released => sender?.Released ?? [];

    /// <summary>Identifiers that were received at QoS 2 and not released.</summary>
    public IEnumerable<ushort> Received => receiver?.Received ?? [];

    /// <summary>Notes that messages were taken from the queue, or from <see cref="Stored"/>.</summary>
    public void EndLoad()
    {
        if (Stored is not { Count: 0 } || behind is null) return;
        if (queue is not { Count: > 0 })
        {
            (queue, behind) = (behind, queue);
            return;
        }

        while (behind.Count > 0) Take(behind, queue);
    }

    /// <summary>Takes a PUBACK, PUBREC or PUBCOMP; the caller calls <see cref="SendQueued"/> afterwards.</summary>
    public Delivery.Outcome Acknowledge(PacketType received, ushort packetId, IBufferWriter<byte> output)
    {
        Delivery.Outcome outcome = Sender.Acknowledge(received, packetId, output);
        if (outcome == Delivery.Outcome.Delivered && Queued > 0 && ++acknowledged >= Sender.MaxInFlight) Widen();
        return outcome;
    }

    /// <summary>Sends again what was not acknowledged, on a new connection [MQTT-4.4.0-1].</summary>
    public void Resend(IBufferWriter<byte> output)
    {
        acknowledged = 0;
        if (sender is null) return;
        sender.MaxInFlight = firstWindow;
        sender.Resend(output);
    }

    /// <summary>Sends what waits, in order, as far as the window and <paramref name="room"/> reach [MQTT-4.6.0-6].</summary>
    /// <param name="output">Takes the PUBLISHes.</param>
    /// <param name="room">Bytes; the last message may go beyond.</param>
    /// <returns>The number of messages sent.</returns>
    public int SendQueued(IBufferWriter<byte> output, int room)
    {
        int sent = 0;
        while (room > 0 && queue is { Count: > 0 } && HasRoom)
        {
            MessageQueue.Entry next = queue.Take();
            room -= next.Message.Length;
            Sender.Send(next.Message, next.Qos, next.Retain, output);
            sent++;
        }

        return sent;
    }

    /// <summary>Sends the next that waits, if the window has room and it is in memory.</summary>
    public bool TrySendNext(IBufferWriter<byte> output, out long number, out ushort packetId, out int length)
    {
        (number, packetId, length) = (0, 0, 0);
        if (queue is not { Count: > 0 } || !HasRoom) return false;
        MessageQueue.Entry next = queue.Take();
        (number, length) = (next.Message.Number, next.Message.Length);
        packetId = Sender.Send(next.Message, next.Qos, next.Retain, output);
        return true;
    }

    /// <summary>Whether PUBREC came for the identifier, and PUBCOMP did not.</summary>
    public bool IsReleased(ushort packetId) => sender?.StateOf(packetId) == SenderState.AwaitingPubComp;

    /// <summary>Takes back a message that an earlier process sent.</summary>
    /// <param name="packetId">Its packet identifier.</param>
    /// <param name="message">The session takes a reference of its own.</param>
    /// <param name="qos">1 or 2.</param>
    /// <param name="retain">The RETAIN bit of the PUBLISH.</param>
    public void Restore(ushort packetId, ApplicationMessage message, QualityOfService qos, bool retain) =>
        Sender.Restore(packetId, message.AddReference(), qos, retain);

    /// <summary>Takes back an identifier for which an earlier process got PUBREC.</summary>
    public void RestoreReleased(ushort packetId) => Sender.RestoreReleased(packetId);

    /// <summary>Forgets all messages, at the end of the session.</summary>
    public void Clear()
    {
        sender?.Clear();
        queue?.Clear();
        behind?.Clear();
        Stored?.Clear();
        Stored = null;
        receiver?.Clear();
    }

    private static void Take(MessageQueue from, MessageQueue to)
    {
        MessageQueue.Entry next = from.Take();
        to.Add(next.Message, next.Qos, next.Retain);
    }

    private void Widen()
    {
        Sender.MaxInFlight = Math.Max(Sender.MaxInFlight, Math.Min(2 * Sender.MaxInFlight, lastWindow));
        acknowledged = 0;
    }
}
