// SPDX-License-Identifier: MIT

using RawMqtt.Brokers;
using RawMqtt.Sessions;

namespace RawMqtt.Serving;

/// <summary>Reads the messages from the journal that clients can take next, outside the lock.</summary>
internal sealed class StoredLoader(LockedCore core, JournalledBroker broker, RecordReader reader) : IThreadPoolWorkItem
{
    private const int MostMessages = 64; // of one session at a time
    private const int MostBytes = 64 * 1024;

    private readonly Lock loading = new();
    private readonly List<Subscriber> subscribers = [];
    private readonly StoredMessage[] places = new StoredMessage[MostMessages];
    private readonly byte[]?[] records = new byte[MostMessages][];

    public void Execute()
    {
        lock (loading)
        {
            using (CoreUse use = core.Enter()) use.Core.Parts.Turn.TakeToLoad(subscribers);
            foreach (Subscriber subscriber in subscribers) Load(subscriber);
            subscribers.Clear();
        }
    }

    private void Load(Subscriber subscriber)
    {
        int count;
        lock (core.Gate) count = JournalledBroker.BeginLoad(subscriber, places, MostBytes);
        for (int i = 0; i < count; i++) records[i] = reader.Read(places[i].Place).ToArray();
        using CoreUse use = core.Enter();
        for (int i = 0; i < count; i++) broker.Load(subscriber, places[i], records[i]);
        broker.EndLoad(subscriber, use.Now);
    }
}
