// SPDX-License-Identifier: MIT

using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace RawMqtt.Serving;

/// <summary>What waits for the program that runs the broker: in order, bounded in bytes, and without holding the broker up.</summary>
/// <param name="limit"><see cref="RawMqtt.MqttBrokerLimits.MaxProgramBytes"/>; one item always fits.</param>
internal sealed class LocalQueue<T>(long limit)
{
    private const int ItemBytes = 256; // about what one takes besides its text and payload

    private readonly Channel<(T Item, long Size)> channel = Channel.CreateUnbounded<(T Item, long Size)>();
    private long waiting;
    private long dropped;

    /// <summary>Items that the program was too slow for.</summary>
    public long Dropped => Interlocked.Read(ref dropped);

    /// <summary>Adds an item, or counts it as dropped.</summary>
    /// <param name="item">What waits.</param>
    /// <param name="length">Its text and payload, in bytes.</param>
    public bool TryAdd(T item, int length)
    {
        long size = ItemBytes + length;
        long all = Interlocked.Add(ref waiting, size);
        if ((all <= limit || all == size) && channel.Writer.TryWrite((item, size))) return true;
        Interlocked.Add(ref waiting, -size);
        Interlocked.Increment(ref dropped);
        return false;
    }

    /// <summary>Nothing more comes; what waits can still be read.</summary>
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
