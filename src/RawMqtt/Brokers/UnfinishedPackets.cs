// SPDX-License-Identifier: MIT

using System.Numerics;

namespace RawMqtt.Brokers;

/// <summary>Bounds the memory of packets that have begun and are not complete, of all connections together.</summary>
/// <remarks>Nothing waits for this memory, since only the end of a packet would free it: when <see cref="MqttBrokerLimits.MaxUnfinishedBytes"/>
/// is exceeded, the connection that is furthest above its share ends.</remarks>
internal sealed class UnfinishedPackets(BrokerTurn turn, MqttBrokerLimits limits, IReadOnlyCollection<BrokerConnection> connections)
{
    /// <summary>An unfinished packet of at most so many bytes waits in a buffer of its own size.</summary>
    public const int SmallRest = 4096;

    /// <summary>A longer one has a whole buffer, which doubles.</summary>
    public const int ReadBuffer = 64 * 1024;

    /// <summary>The memory of all unfinished packets, in bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>Notes how many bytes of an unfinished packet a connection holds now.</summary>
    public void Set(BrokerConnection connection, int bytes)
    {
        int size = bytes <= SmallRest ? bytes : Math.Max(ReadBuffer, (int)BitOperations.RoundUpToPowerOf2((uint)bytes));
        if (size == connection.UnfinishedSize) return;
        Bytes += size - connection.UnfinishedSize;
        connection.UnfinishedSize = size;
        if (Bytes > limits.MaxUnfinishedBytes) EndLargest();
    }

    private void EndLargest()
    {
        BrokerConnection? largest = null;
        foreach (BrokerConnection connection in connections)
        {
            if (connection.End is null && connection.UnfinishedSize > (largest?.UnfinishedSize ?? 0)) largest = connection;
        }

        if (largest is null) return;
        turn.Statistics.UnfinishedBytesReached++;
        largest.Limit = nameof(limits.MaxUnfinishedBytes);
        Bytes -= largest.UnfinishedSize;
        largest.UnfinishedSize = 0;
        turn.End(largest, MqttConnectionEnd.TooSlow);
    }
}
