// SPDX-License-Identifier: MIT

namespace RawMqtt.Sessions;

/// <summary>Numbers the QoS 2 messages that come in. A message that comes again has the same number, also in a later process.</summary>
internal sealed class DeliveryNumbers(SessionJournal journal)
{
    private readonly Dictionary<ushort, long> numbers = [];

    /// <summary>Returns the number of the message that has this identifier now, and notes it if it is new.</summary>
    public long Assign(ushort packetId)
    {
        if (numbers.TryGetValue(packetId, out long number)) return number;
        return numbers[packetId] = journal.HandedOver(packetId);
    }

    /// <summary>Takes over a number that an earlier process noted.</summary>
    public void Restore(ushort packetId, long number) => numbers[packetId] = number;

    /// <summary>Forgets a number: the identifier was released, and may come with another message.</summary>
    public void Release(ushort packetId) => numbers.Remove(packetId);

    /// <summary>Forgets all numbers, at the end of the session.</summary>
    public void Clear() => numbers.Clear();
}
