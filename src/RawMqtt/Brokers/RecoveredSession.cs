// SPDX-License-Identifier: MIT

using RawMqtt.Sessions;

namespace RawMqtt.Brokers;

/// <summary>A kept session as its records say, 4.1.</summary>
internal sealed class RecoveredSession(uint number, StoredTotal total)
{
    private readonly List<ushort> released = [];
    private Dictionary<ushort, StoredMessage>? inFlight;
    private HashSet<ushort>? received;
    private RecoveredQueue? queue;
    private StoredQueue? completed;

    public uint Number { get; } = number;

    /// <summary>Whether the record came that begins it, or carries it forward.</summary>
    public bool HasBegun { get; private set; }

    public byte[] ClientId { get; private set; } = [];

    public byte[]? UserName { get; private set; }

    /// <summary>When its client went away, in seconds since 1970; 0 if it was connected.</summary>
    public long LeftAt { get; set; }

    /// <summary>Records that may have been about this session are lost: its QoS 2 is uncertain.</summary>
    public bool IsDamaged { get; set; }

    /// <summary>The topic filters with the QoS granted.</summary>
    public List<KeyValuePair<byte[], QualityOfService>> Filters { get; } = [];

    /// <summary>Messages in flight by their packet identifiers, in the order in which they were sent. Those without a place are lost.</summary>
    public IEnumerable<KeyValuePair<ushort, StoredMessage>> InFlight => (inFlight ?? []).OrderBy(one => one.Value.Number);

    /// <summary>Identifiers that wait for PUBCOMP, in the order of their PUBRECs.</summary>
    public IReadOnlyList<ushort> Released => released;

    /// <summary>Identifiers of QoS 2 messages that came in and were not released.</summary>
    public IReadOnlyCollection<ushort> Received => received ?? [];

    /// <summary>The messages that wait, once all records are read; null for none.</summary>
    public StoredQueue? Queue => completed ??= queue is { Count: > 0 } ? queue.Complete(total) : null;

    /// <summary>How many messages wait or are in flight.</summary>
    public int Messages => (queue?.Count ?? 0) + (completed?.Count ?? 0) + (inFlight?.Count ?? 0);

    public void Begin(byte[] clientId, byte[]? userName, long leftAt)
    {
        (ClientId, UserName, LeftAt) = (clientId, userName, leftAt);
        HasBegun = true;
    }

    public void Subscribe(ReadOnlySpan<byte> filter, QualityOfService qos)
    {
        Unsubscribe(filter);
        Filters.Add(new(filter.ToArray(), qos));
    }

    public void Unsubscribe(ReadOnlySpan<byte> filter)
    {
        for (int i = Filters.Count - 1; i >= 0; i--)
        {
            if (Filters[i].Key.AsSpan().SequenceEqual(filter)) Filters.RemoveAt(i);
        }
    }

    /// <summary>Takes a message that is sent or waits.</summary>
    public void Deliver(ushort packetId, in StoredMessage message)
    {
        if (packetId == 0)
        {
            (queue ??= new RecoveredQueue()).Add(message);
        }
        else
        {
            (inFlight ??= [])[packetId] = message;
            released.Remove(packetId);
        }
    }

    /// <summary>Takes the news that a message which waited was sent. If it is not here, it is carried forward, and comes later.</summary>
    public void Send(long messageNumber, ushort packetId)
    {
        StoredMessage message = new(messageNumber, default, 1, (byte)QualityOfService.AtLeastOnce);
        if (queue is not null && queue.TryFind(messageNumber, out StoredMessage waiting))
        {
            queue.Remove(messageNumber);
            message = waiting;
        }

        Deliver(packetId, message);
    }

    public void Drop(long messageNumber) => queue?.Remove(messageNumber);

    /// <summary>Takes a step of some packet identifiers.</summary>
    public void Step(BrokerRecord kind, ushort packetId)
    {
        if (kind == BrokerRecord.ReceivedReleased)
        {
            received?.Remove(packetId);
            return;
        }

        inFlight?.Remove(packetId);
        if (kind == BrokerRecord.Acknowledged) released.Remove(packetId);
        else if (!released.Contains(packetId)) released.Add(packetId);
    }

    public void Receive(ushort packetId) => (received ??= []).Add(packetId);

    /// <summary>Forgets the identifiers that wait for PUBCOMP and PUBREL: all of them follow.</summary>
    public void ForgetIdentifiers()
    {
        released.Clear();
        received = null;
    }
}
