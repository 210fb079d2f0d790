// SPDX-License-Identifier: MIT

using RawMqtt.Sessions;

namespace RawMqtt.Serving;

/// <summary>Refuses limits that contradict each other: one would make another one unreachable, or forbid what it allows.</summary>
internal static class BrokerLimitChecks
{
    /// <exception cref="MqttException">Two limits contradict each other, or one has no meaning.</exception>
    public static void Check(MqttBrokerLimits limits)
    {
        Require(limits.MaxPacketLength >= 2, $"MaxPacketLength is {limits.MaxPacketLength}; the shortest packet has 2 bytes.");
        Require(limits.InitialInFlight >= 1, $"InitialInFlight is {limits.InitialInFlight}; at least 1 message must be in flight.");
        Require(limits.MaxInFlight <= Sender.MaxPacketIds, $"MaxInFlight is {limits.MaxInFlight}; there are {Sender.MaxPacketIds} packet identifiers.");
        Require(limits.InitialInFlight <= limits.MaxInFlight, $"InitialInFlight ({limits.InitialInFlight}) is above MaxInFlight ({limits.MaxInFlight}).");
        Fits(limits.MaxPacketLength, limits.MaxUnfinishedBytes, nameof(limits.MaxUnfinishedBytes));
        Fits(limits.MaxPacketLength, limits.MaxKeptBytes, nameof(limits.MaxKeptBytes));
        (int levels, int retained) = (limits.MaxTopicLevels, limits.MaxRetainedLevels);
        Require(levels <= retained, $"MaxTopicLevels ({levels}) is above MaxRetainedLevels ({retained}).");
        Require(limits.PacketRateTime <= limits.PacketTimeout, $"PacketRateTime ({limits.PacketRateTime}) is above PacketTimeout ({limits.PacketTimeout}).");
        Require(limits.MaxPublisherHoldTime <= TimeSpan.FromSeconds(1), $"MaxPublisherHoldTime is {limits.MaxPublisherHoldTime}; it is a part of a second.");
        CheckJournal(limits);
    }

    private static void CheckJournal(MqttBrokerLimits limits)
    {
        (long longest, long segment) = (limits.MaxJournalLength, limits.JournalSegmentLength);
        Require(segment is >= 4096 and <= 1 << 30, $"JournalSegmentLength is {segment}; a file has at least 4096 bytes, and at most 1 GiB.");
        Require(longest == 0 || longest >= 4 * segment, $"MaxJournalLength ({longest}) is below four times JournalSegmentLength ({segment}).");
    }

    private static void Fits(int packet, long limit, string name) =>
        Require(packet <= limit, $"MaxPacketLength ({packet}) is above {name} ({limit}): packets would never fit. Raise {name} or lower MaxPacketLength.");

    private static void Require(bool isMet, string fault)
    {
        if (!isMet) throw new MqttException(MqttErrorCode.InvalidOptions, $"The broker's limits contradict each other. {fault}");
    }
}
