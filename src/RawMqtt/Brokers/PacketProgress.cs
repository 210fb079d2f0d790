// SPDX-License-Identifier: MIT

namespace RawMqtt.Brokers;

/// <summary>Watches that a packet which has begun makes progress: <see cref="MqttBrokerLimits.MinPacketRate"/> over
/// <see cref="MqttBrokerLimits.PacketRateTime"/>, and <see cref="MqttBrokerLimits.PacketTimeout"/> in all.</summary>
internal sealed class PacketProgress(long packetsReceived, long bytesReceived, TimeSpan now)
{
    private TimeSpan observed = now;
    private TimeSpan begun = now;
    private TimeSpan measuredSince = now;
    private long measuredFrom = bytesReceived;

    /// <summary>Whether the packet that had begun is complete by now.</summary>
    public bool IsOver(long packetsReceivedNow) => packetsReceivedNow != packetsReceived;

    /// <summary>Looks at what a connection has received, with each sweep. Time in which the broker does not read does not count.</summary>
    /// <returns>The limit that the packet has reached because it is too slow; null for none.</returns>
    public string? Observe(long bytesReceived, bool hasStopped, MqttBrokerLimits limits, TimeSpan now)
    {
        TimeSpan elapsed = now - observed;
        observed = now;
        if (hasStopped)
        {
            begun += elapsed;
            measuredSince += elapsed;
            return null;
        }

        if (bytesReceived - measuredFrom >= limits.MinPacketRate * limits.PacketRateTime.TotalSeconds)
        {
            measuredSince = now;
            measuredFrom = bytesReceived;
        }

        if (now - begun >= limits.PacketTimeout) return nameof(limits.PacketTimeout);
        return now - measuredSince >= limits.PacketRateTime ? nameof(limits.MinPacketRate) : null;
    }
}
