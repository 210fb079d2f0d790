// SPDX-License-Identifier: MIT

using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace RawMqtt.Serving;

/// <summary>Queues items for the program that runs the broker: in order and bounded in bytes. The broker never waits for the program.</summary>
/// <param name="limit"><see cref="MqttBrokerLimits.MaxProgramBytes"/>; one item always fits.</param>
/// <param name="caughtUp">Called on the reading thread when the queue was full and has fallen to half of the limit. If it is set, items are dropped
/// beyond four times the limit only.</param>
internal sealed class LocalQueue<T>(long limit, Action? caughtUp = null)
{
    private const int ItemBytes = 256; // approximate size of an item without its text and payload

    private readonly Channel<(T Item, long Size)> channel = Channel.CreateUnbounded<(T Item, long Size)>();
    private readonly long dropLimit = caughtUp is null ? limit : 4 * limit;
    private long waiting;
    private long dropped;
    private int isFull;

    /// <summary>Gets the number of items that were dropped because the queue was full.</summary>
    public long Dropped => Interlocked.Read(ref dropped);

    /// <summary>Adds an item, or counts it as dropped.</summary>
    /// <param name="item">The item.</param>
    /// <param name="length">The length of its text and payload in bytes.</param>
    public bool TryAdd(T item, int length)
    {
        long size = ItemBytes + length;
        long all = Interlocked.Add(ref waiting, size);
        if ((all <= dropLimit || all == size) && channel.Writer.TryWrite((item, size))) return true;
        Interlocked.Add(ref waiting, -size);
        Interlocked.Increment(ref dropped);
        return false;
    }

    /// <summary>Asks for the call when the queue has fallen to half of the limit, if it is full now.</summary>
    /// <returns>Whether the queue is full and the call will follow.</returns>
    public bool TryAwaitRoom()
    {
        if (caughtUp is null || Interlocked.Read(ref waiting) < limit) return false;
        Volatile.Write(ref isFull, 1);
        bool hasRoomAgain = Interlocked.Read(ref waiting) <= limit / 2; // the reader may have been quicker, and then does not call
        return !hasRoomAgain || Interlocked.Exchange(ref isFull, 0) == 0;
    }

    /// <summary>Ends the queue; items that wait can still be read.</summary>
    /// <returns>Whether this was the first call.</returns>
    public bool TryComplete() => channel.Writer.TryComplete();

    public async IAsyncEnumerable<T> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach ((T item, long size) in channel.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            if (Interlocked.Add(ref waiting, -size) <= limit / 2 && Volatile.Read(ref isFull) == 1 && Interlocked.Exchange(ref isFull, 0) == 1) caughtUp!();
            yield return item;
        }
    }
}
