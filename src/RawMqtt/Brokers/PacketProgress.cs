// SPDX-License-Identifier: MIT

namespace RawMqtt.Brokers;

/// <summary>Watches that a packet which has begun makes progress: <see cref="MqttBrokerLimits.MinPacketRate"/> over
/// <see cref="MqttBrokerLimits.PacketRateTime"/>, and <see cref="MqttBrokerLimits.PacketTimeout"/> in all.</summary>
internal struct PacketProgress
{
    private TimeSpan observed;
    private TimeSpan begun;
    private TimeSpan measuredSince;
    private long measuredFrom;
    private long packets;
    private bool isUnfinished;

    /// <summary>Looks at the connection, with each sweep. Time in which the broker does not read it does not count.</summary>
    /// <returns>Whether its packet has become too slow.</returns>
    public bool Observe(BrokerConnection connection, MqttBrokerLimits limits, TimeSpan now)
    {
        TimeSpan elapsed = now - observed;
        observed = now;
        bool isNow = connection.UnfinishedSize > 0 || connection.IsWithinFrame;
        if (!isNow || !isUnfinished || connection.PacketsReceived != packets)
        {
            isUnfinished = isNow;
            packets = connection.PacketsReceived;
            begun = measuredSince = now;
            measuredFrom = connection.BytesReceived;
            return false;
        }

        if (connection.HasStopped)
        {
            begun += elapsed;
            measuredSince += elapsed;
            return false;
        }

        if (connection.BytesReceived - measuredFrom >= limits.MinPacketRate * limits.PacketRateTime.TotalSeconds)
        {
            measuredSince = now;
            measuredFrom = connection.BytesReceived;
        }

        if (now - begun >= limits.PacketTimeout) connection.Limit = nameof(limits.PacketTimeout);
        else if (now - measuredSince >= limits.PacketRateTime) connection.Limit = nameof(limits.MinPacketRate);
        else return false;
        return true;
    }
}
