// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Text;

namespace RawMqtt.Cli;

/// <summary>Renders all limits of a broker as a table: the limit, its value, how often it was reached, and what happens beyond it.</summary>
internal static class BrokerLimitTable
{
    /// <summary>Returns the table as text, one limit a line.</summary>
    /// <param name="limits">The limits in effect.</param>
    /// <param name="counters">How often each was reached.</param>
    /// <param name="sourceOf">Returns where a limit was set; null: nowhere.</param>
    public static string Render(MqttBrokerLimits limits, MqttBrokerStatistics counters, Func<string, string>? sourceOf = null)
    {
        var text = new StringBuilder($"{"limit",-22} {"value",-22} {"default",-22} {"from",-20} {"reached",10}  beyond it\n");
        foreach (((string limit, string value, string beyond, long? reached), (_, string usual, _, _)) in
            RowsOf(limits, counters).Zip(RowsOf(new MqttBrokerLimits(), counters)))
        {
            string source = sourceOf?.Invoke(limit) ?? "default";
            text.Append(CultureInfo.InvariantCulture, $"{limit,-22} {value,-22} {usual,-22} {source,-20} {reached,10}  {beyond}\n");
        }

        return text.ToString();
    }

    private static (string Limit, string Value, string Beyond, long? Reached)[] RowsOf(MqttBrokerLimits limits, MqttBrokerStatistics counters)
    {
        (string Limit, string Value, string Beyond, long? Reached)[] rows =
        [
            (nameof(limits.MaxPacketLength), Bytes(limits.MaxPacketLength), "the connection ends, over ws with 1009", counters.PacketsTooLong),
            (nameof(limits.MaxConnectLength), Bytes(limits.MaxConnectLength), "the connection ends, over ws with 1009", counters.ConnectsTooLong),
            ("Opening handshake", "8 KiB, 64 fields", "HTTP 431 over ws and wss", null),
            (nameof(limits.ConnectTimeout), Seconds(limits.ConnectTimeout), "no CONNECT since it was accepted: the connection ends", counters.ConnectTimeouts),
            (nameof(limits.PacketTimeout), Seconds(limits.PacketTimeout),
                "a packet or frame is not complete: the connection ends, over ws with 4000", counters.PacketTimeouts),
            (nameof(limits.MinPacketRate), $"{limits.MinPacketRate} bytes/s",
                "a packet is slower: the connection ends, over ws with 4000", counters.PacketTimeouts),
            (nameof(limits.PacketRateTime), Seconds(limits.PacketRateTime), "the time over which MinPacketRate is measured", counters.PacketTimeouts),
            (nameof(limits.MaxUnfinishedBytes), Bytes(limits.MaxUnfinishedBytes),
                "the connection with the largest incomplete packet ends", counters.UnfinishedBytesReached),
            ("Keep Alive", "1.5 times the client's", "the connection ends [MQTT-3.1.2-24]", counters.KeepAlivesExpired),
            (nameof(limits.SendTimeout), Seconds(limits.SendTimeout), "256 KiB take longer to send: the connection ends", counters.TooSlow),
            (nameof(limits.MaxConnections), Number(limits.MaxConnections), "closed when accepted", counters.ConnectionsRefused),
            (nameof(limits.MaxConnectionsPerAddress), Number(limits.MaxConnectionsPerAddress), "closed when accepted", counters.ConnectionsRefused),
            ("Handles", "the process's, less 64", "closed when accepted", counters.ConnectionsRefused),
            (nameof(limits.MaxAwaySessions), Number(limits.MaxAwaySessions), "the longest away of the user with most is discarded", counters.SessionsGivenUp),
            (nameof(limits.SessionExpiry), Seconds(limits.SessionExpiry), "away for longer: the session is discarded", counters.SessionsExpired),
            (nameof(limits.MaxSubscriptions), Number(limits.MaxSubscriptions), "SUBACK 0x80", counters.SubscriptionsRefused),
            (nameof(limits.MaxSubscriptionBytes), Bytes(limits.MaxSubscriptionBytes), "SUBACK 0x80", counters.SubscriptionBytesReached),
            (nameof(limits.MaxTotalSubscriptionBytes), Bytes(limits.MaxTotalSubscriptionBytes),
                "SUBACK 0x80 to a client above its share", counters.AllSubscriptionBytesReached),
            (nameof(limits.MaxTopicLevels), Number(limits.MaxTopicLevels), "SUBACK 0x80; a PUBLISH ends the connection", counters.TopicsTooDeep),
            (nameof(limits.InitialInFlight), Number(limits.InitialInFlight), "QoS 1 and 2 wait in the client's queue", counters.MessagesQueued),
            (nameof(limits.MaxInFlight), Number(limits.MaxInFlight), "the window of a client that keeps up grows no further", counters.MessagesQueued),
            (nameof(limits.MaxInFlightBytes), Bytes(limits.MaxInFlightBytes), "QoS 1 and 2 wait in the client's queue", counters.InFlightBytesReached),
            (nameof(limits.MaxQueuedMessages), Number(limits.MaxQueuedMessages),
                "away: WhenQueueFull; connected: publishers wait", counters.MessagesDropped),
            (nameof(limits.MaxQueuedBytes), Bytes(limits.MaxQueuedBytes), "away: WhenQueueFull; connected: publishers wait", counters.MessagesDropped),
            (nameof(limits.MaxHoldTime), Seconds(limits.MaxHoldTime),
                "publishers wait no longer; above ten times the queue's limits: WhenQueueFull", counters.Lagging),
            (nameof(limits.MaxPublisherHoldTime), Seconds(limits.MaxPublisherHoldTime), "QoS 0 is shed; QoS 1 and 2: one turn passes", counters.PublishersHeld),
            (nameof(limits.MaxOutgoingBytes), Bytes(limits.MaxOutgoingBytes),
                "QoS 0 is shed, QoS 1 and 2 wait; at twice as much the connection ends", counters.MessagesShed),
            (nameof(limits.MaxTotalOutgoingBytes), Bytes(limits.MaxTotalOutgoingBytes),
                "each connection has its share in place of MaxOutgoingBytes", counters.AllOutgoingReached),
            (nameof(limits.MaxRetainedMessages), Number(limits.MaxRetainedMessages), "not kept above the user's share", counters.RetainedDropped),
            (nameof(limits.MaxRetainedBytes), Bytes(limits.MaxRetainedBytes), "not kept above the user's share", counters.RetainedDropped),
            (nameof(limits.MaxRetainedLevels), Number(limits.MaxRetainedLevels), "not kept above the user's share", counters.RetainedLevelsReached),
            (nameof(limits.MaxTurnSteps), Number(limits.MaxTurnSteps), "other connections go first", counters.TurnsEnded),
            (nameof(limits.MaxWaitingLogins), Number(limits.MaxWaitingLogins), "CONNACK 3; an address may have an eighth", counters.LoginsRefused),
            (nameof(limits.MaxRetainedSearch), Number(limits.MaxRetainedSearch), "new subscriptions wait for their next turn", counters.ReplaysPaused),
            (nameof(limits.MaxKeptBytes), Bytes(limits.MaxKeptBytes), "no client takes more than its share", counters.MessagesDropped),
            (nameof(limits.MaxKeptBytes), Bytes(limits.MaxKeptBytes), "CONNACK 3 to a Will above the share", counters.WillsRefused),
            (nameof(limits.MaxJournalMemory), Bytes(limits.MaxJournalMemory), "with --data: what waits is kept on disk alone", null),
            (nameof(limits.JournalSegmentLength), Bytes(limits.JournalSegmentLength), "the journal goes on in a new file", null),
            (nameof(limits.MaxJournalLength), limits.MaxJournalLength == 0 ? "none" : Bytes(limits.MaxJournalLength),
                "a session above its share: WhenQueueFull; then publishers wait", counters.JournalLengthReached),
            (nameof(limits.MaxProgramBytes), Bytes(limits.MaxProgramBytes),
                "the program's own subscriptions, observer and log miss the newest", counters.ProgramDropped),
            (nameof(limits.HookTimeout), Seconds(limits.HookTimeout), "CONNACK 3, SUBACK 0x80 or the PUBLISH goes to nobody", counters.HooksTimedOut),
        ];

        return rows;
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Seconds(TimeSpan value) => string.Create(CultureInfo.InvariantCulture, $"{value.TotalSeconds:0.###} s");

    private static string Bytes(long value) => value % (1 << 20) == 0 ? $"{value >> 20} MiB" : $"{value} bytes";
}
