// SPDX-License-Identifier: MIT

namespace RawMqtt.Sessions;

/// <summary>A set of packet identifiers: one bit each, up to the highest that was ever in it (8 KB at the most).</summary>
internal sealed class PacketIdSet
{
    private ulong[] words = [];

    public int Count { get; private set; }

    public IEnumerable<ushort> All
    {
        get
        {
            for (int packetId = 0; packetId < 64 * words.Length; packetId++)
            {
                if (Contains((ushort)packetId)) yield return (ushort)packetId;
            }
        }
    }

    public bool Contains(ushort packetId) => packetId >> 6 < words.Length && (words[packetId >> 6] & Bit(packetId)) != 0;

    public void Add(ushort packetId)
    {
        int index = packetId >> 6;
        if (index >= words.Length) Array.Resize(ref words, Math.Min(1024, Math.Max(index + 1, 2 * words.Length)));
        if ((words[index] & Bit(packetId)) != 0) return;
        words[index] |= Bit(packetId);
        Count++;
    }

    public void Remove(ushort packetId)
    {
        if (!Contains(packetId)) return;
        words[packetId >> 6] &= ~Bit(packetId);
        Count--;
    }

    public void Clear()
    {
        words = [];
        Count = 0;
    }

    private static ulong Bit(ushort packetId) => 1UL << (packetId & 63);
}
