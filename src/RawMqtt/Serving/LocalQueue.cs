// SPDX-License-Identifier: MIT

using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace RawMqtt.Serving;

/// <summary>Queues items for the program that runs the broker: in order and bounded in bytes. The broker never waits for the program.</summary>
/// <param name="limit"><see cref="MqttBrokerLimits.MaxProgramBytes"/>; one item always fits.</param>
internal sealed class LocalQueue<T>(long limit)
{
    private const int ItemBytes = 256; // approximate size of an item without its text and payload

    private readonly Channel<(T Item, long Size)> channel = Channel.CreateUnbounded<(T Item, long Size)>();
    private long waiting;
    private long dropped;

    /// <summary>Gets the number of items that were dropped because the queue was full.</summary>
    public long Dropped => Interlocked.Read(ref dropped);

    /// <summary>Adds an item, or counts it as dropped.</summary>
    /// <param name="item">The item.</param>
    /// <param name="length">The length of its text and payload in bytes.</param>
    public bool TryAdd(T item, int length)
    {
        long size = ItemBytes + length;
        long all = Interlocked.Add(ref waiting, size);
        if ((all <= limit || all == size) && channel.Writer.TryWrite((item, size))) return true;
        Interlocked.Add(ref waiting, -size);
        Interlocked.Increment(ref dropped);
        return false;
    }

    /// <summary>Ends the queue; items that wait can still be read.</summary>
    /// <returns>Whether this was the first call.</returns>
    public bool TryComplete() => channel.Writer.TryComplete();

    public async IAsyncEnumerable<T> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach ((T item, long size) in channel.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            Interlocked.Add(ref waiting, -size);
            yield return item;
        }
    }
}
