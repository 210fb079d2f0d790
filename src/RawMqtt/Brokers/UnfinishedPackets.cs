// SPDX-License-Identifier: MIT

using System.Numerics;

namespace RawMqtt.Brokers;

/// <summary>Bounds the memory of packets that have begun and are not complete, of all connections together.</summary>
/// <remarks>Nothing waits for this memory, since only the end of a packet would free it: when <see cref="MqttBrokerLimits.MaxUnfinishedBytes"/>
/// is exceeded, the largest packets end of the user, or of the address without a user name, that holds most, until a quarter of it is free.
/// Connections before their login may hold an eighth of the limit.</remarks>
internal sealed class UnfinishedPackets(BrokerTurn turn, MqttBrokerLimits limits, Utf8Comparer comparer, IReadOnlyCollection<BrokerConnection> connections)
{
    /// <summary>An unfinished packet of at most so many bytes waits in a buffer of its own size.</summary>
    public const int SmallRest = 4096;

    /// <summary>A longer one has a whole buffer, which doubles.</summary>
    public const int ReadBuffer = 64 * 1024;

    private const int StrangersPart = 8;
    private const int FreedPart = 4; // at a time, because the search for the largest looks at all connections

    private long bytesOfStrangers;

    /// <summary>The memory of all unfinished packets, in bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>Notes how many bytes of an unfinished packet a connection holds now.</summary>
    public void Set(BrokerConnection connection, int bytes)
    {
        int size = bytes <= SmallRest ? bytes : Math.Max(ReadBuffer, (int)BitOperations.RoundUpToPowerOf2((uint)bytes));
        int ofStranger = connection.Subscriber is null ? size : 0;
        if (size == connection.UnfinishedSize && ofStranger == connection.UnfinishedAsStranger) return;
        Count(connection, size, ofStranger);
        long ofStrangers = Math.Max(limits.MaxUnfinishedBytes / StrangersPart, ReadBuffer);
        if (bytesOfStrangers > ofStrangers) EndLargest(bytesOfStrangers - ofStrangers + (ofStrangers / FreedPart), areStrangers: true);
        if (Bytes > limits.MaxUnfinishedBytes) EndLargest(Bytes - limits.MaxUnfinishedBytes + (limits.MaxUnfinishedBytes / FreedPart), areStrangers: false);
    }

    private void Count(BrokerConnection connection, int size, int ofStranger)
    {
        Bytes += size - connection.UnfinishedSize;
        bytesOfStrangers += ofStranger - connection.UnfinishedAsStranger;
        (connection.UnfinishedSize, connection.UnfinishedAsStranger) = (size, ofStranger);
    }

    private void EndLargest(long toFree, bool areStrangers)
    {
        IEnumerable<BrokerConnection> largest = connections.Where(connection => connection.End is null && SizeOf(connection, areStrangers) > 0)
            .GroupBy(connection => connection.ShareName, comparer)
            .OrderByDescending(group => group.Sum(connection => (long)SizeOf(connection, areStrangers)))
            .SelectMany(group => group.OrderByDescending(connection => SizeOf(connection, areStrangers)));
        turn.Statistics.UnfinishedBytesReached++;
        foreach (BrokerConnection connection in largest.ToList())
        {
            toFree -= connection.UnfinishedSize;
            connection.Limit = nameof(limits.MaxUnfinishedBytes);
            connection.HoldsTooMuch = true;
            Count(connection, 0, 0);
            turn.End(connection, MqttConnectionEnd.TooSlow);
            if (toFree <= 0) break;
        }
    }

    private static int SizeOf(BrokerConnection connection, bool areStrangers) => areStrangers ? connection.UnfinishedAsStranger : connection.UnfinishedSize;
}
