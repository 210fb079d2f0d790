// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Text;

namespace RawMqtt.Brokers;

/// <summary>All limits of a broker as one table: what is bounded, by how much, what happens beyond, and how often it has.</summary>
public static class BrokerLimitTable
{
    /// <summary>The table as text, one limit a line.</summary>
    public static string Render(BrokerLimits limits, BrokerCounters counters)
    {
        ArgumentNullException.ThrowIfNull(limits);
        ArgumentNullException.ThrowIfNull(counters);
        (string Limit, string Value, string Beyond, long Reached)[] rows =
        [
            (nameof(limits.PacketLength), Bytes(limits.PacketLength), "the connection ends, over ws with 1009", counters.PacketsTooLong),
            (nameof(limits.ConnectLength), Bytes(limits.ConnectLength), "the connection ends, over ws with 1009", counters.ConnectsTooLong),
            (nameof(limits.ConnectTimeout), Seconds(limits.ConnectTimeout), "no CONNECT since it was accepted: the connection ends", counters.ConnectTimeouts),
            (nameof(limits.PacketTimeout), Seconds(limits.PacketTimeout), "a packet or frame is not finished: the connection ends, over ws with 1008", counters.PacketTimeouts),
            ("Keep Alive", "1.5 times the client's", "the connection ends [MQTT-3.1.2-24]", counters.KeepAlivesExpired),
            (nameof(limits.SendTimeout), Seconds(limits.SendTimeout), "256 KiB take longer to send: the connection ends", counters.TooSlow),
            (nameof(limits.Connections), Number(limits.Connections), "closed when accepted", counters.ConnectionsRefused),
            (nameof(limits.ConnectionsPerAddress), Number(limits.ConnectionsPerAddress), "closed when accepted", counters.ConnectionsRefused),
            ("Handles", "the process's, less 64", "closed when accepted", counters.ConnectionsRefused),
            (nameof(limits.AwaySessions), Number(limits.AwaySessions), "the longest away is discarded", counters.SessionsGivenUp),
            (nameof(limits.SessionExpiry), Seconds(limits.SessionExpiry), "away for longer: the session is discarded", counters.SessionsExpired),
            (nameof(limits.Subscriptions), Number(limits.Subscriptions), "SUBACK 0x80", counters.SubscriptionsRefused),
            (nameof(limits.SubscriptionBytes), Bytes(limits.SubscriptionBytes), "SUBACK 0x80", counters.SubscriptionBytesReached),
            (nameof(limits.AllSubscriptionBytes), Bytes(limits.AllSubscriptionBytes), "SUBACK 0x80 to a client above its share", counters.AllSubscriptionBytesReached),
            (nameof(limits.TopicLevels), Number(limits.TopicLevels), "SUBACK 0x80; a PUBLISH ends the connection", counters.TopicsTooDeep),
            (nameof(limits.InFlight), Number(limits.InFlight), "QoS 1 and 2 wait in the client's queue", counters.MessagesQueued),
            (nameof(limits.InFlightAtMost), Number(limits.InFlightAtMost), "the window of a client that keeps up grows no further", counters.MessagesQueued),
            (nameof(limits.InFlightBytes), Bytes(limits.InFlightBytes), "QoS 1 and 2 wait in the client's queue", counters.InFlightBytesReached),
            (nameof(limits.QueuedMessages), Number(limits.QueuedMessages), "away: the newest is dropped; connected: publishers wait", counters.MessagesDropped),
            (nameof(limits.QueuedBytes), Bytes(limits.QueuedBytes), "away: the newest is dropped; connected: publishers wait", counters.MessagesDropped),
            (nameof(limits.HoldBack), Seconds(limits.HoldBack), "publishers wait no longer; above ten times the queue's limits it drops", counters.Lagging),
            (nameof(limits.OutgoingBytes), Bytes(limits.OutgoingBytes), "QoS 0 is shed, QoS 1 and 2 wait; at twice as much the connection ends", counters.MessagesShed),
            (nameof(limits.AllOutgoingBytes), Bytes(limits.AllOutgoingBytes), "each connection has its share in place of OutgoingBytes", counters.AllOutgoingReached),
            (nameof(limits.RetainedMessages), Number(limits.RetainedMessages), "a new topic's is not kept", counters.RetainedDropped),
            (nameof(limits.RetainedBytes), Bytes(limits.RetainedBytes), "it is not kept", counters.RetainedDropped),
            (nameof(limits.RetainedLevels), Number(limits.RetainedLevels), "it is not kept", counters.RetainedLevelsReached),
            (nameof(limits.RetainedSearch), Number(limits.RetainedSearch), "new subscriptions wait for their next turn", counters.ReplaysPaused),
            (nameof(limits.KeptBytes), Bytes(limits.KeptBytes), "no client takes more than its share", counters.MessagesDropped),
            (nameof(limits.KeptBytes), Bytes(limits.KeptBytes), "CONNACK 3 to a Will above the share", counters.WillsRefused),
            (nameof(limits.ProgramBytes), Bytes(limits.ProgramBytes), "the program's own subscriptions, observer and log miss the newest", counters.ProgramDropped),
            (nameof(limits.HookTimeout), Seconds(limits.HookTimeout), "CONNACK 3, SUBACK 0x80 or the PUBLISH goes to nobody", counters.HooksTimedOut),
        ];

        var text = new StringBuilder($"{"limit",-22} {"value",-22} {"reached",10}  beyond it\n");
        foreach ((string limit, string value, string beyond, long reached) in rows) text.Append(CultureInfo.InvariantCulture, $"{limit,-22} {value,-22} {reached,10}  {beyond}\n");
        return text.ToString();
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Seconds(TimeSpan value) => string.Create(CultureInfo.InvariantCulture, $"{value.TotalSeconds:0.###} s");

    private static string Bytes(long value) => value % (1 << 20) == 0 ? $"{value >> 20} MiB" : $"{value} bytes";
}
