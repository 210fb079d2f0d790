// SPDX-License-Identifier: MIT

using RawMqtt.Sessions;

namespace RawMqtt.Clients;

/// <summary>Maps packet identifiers to what waits for their answer: an array as long as the highest identifier ever used needs.</summary>
internal sealed class PacketIdTable<T>
    where T : class
{
    private T?[] entries = new T?[64];

    public IEnumerable<T> All
    {
        get
        {
            foreach (T? entry in entries)
            {
                if (entry is not null) yield return entry;
            }
        }
    }

    public void Add(ushort packetId, T entry)
    {
        if (packetId >= entries.Length) Array.Resize(ref entries, Math.Min(Sender.MaxPacketIds + 1, Math.Max(packetId + 1, 2 * entries.Length)));
        entries[packetId] = entry;
    }

    public T? Find(ushort packetId) => packetId < entries.Length ? entries[packetId] : null;

    public void Remove(ushort packetId)
    {
        if (packetId < entries.Length) entries[packetId] = null;
    }

    public void Clear() => Array.Clear(entries);
}
