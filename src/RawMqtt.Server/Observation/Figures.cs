// SPDX-License-Identifier: MIT

namespace RawMqtt.Server.Observation;

/// <summary>The counters of a broker by name.</summary>
internal static class Figures
{
    public static IEnumerable<(string Name, long Value)> Of(MqttBrokerStatistics s) =>
    [
        (nameof(s.Connections), s.Connections),
        (nameof(s.ConnectionsRefused), s.ConnectionsRefused),
        (nameof(s.ClientsConnected), s.ClientsConnected),
        (nameof(s.ConnectsRefused), s.ConnectsRefused),
        (nameof(s.SessionsGivenUp), s.SessionsGivenUp),
        (nameof(s.SessionsExpired), s.SessionsExpired),
        (nameof(s.WillsRefused), s.WillsRefused),
        (nameof(s.ConnectTimeouts), s.ConnectTimeouts),
        (nameof(s.PacketTimeouts), s.PacketTimeouts),
        (nameof(s.UnfinishedBytesReached), s.UnfinishedBytesReached),
        (nameof(s.KeepAlivesExpired), s.KeepAlivesExpired),
        (nameof(s.TakeOvers), s.TakeOvers),
        (nameof(s.ProtocolViolations), s.ProtocolViolations),
        (nameof(s.PacketsTooLong), s.PacketsTooLong),
        (nameof(s.ConnectsTooLong), s.ConnectsTooLong),
        (nameof(s.TopicsTooDeep), s.TopicsTooDeep),
        (nameof(s.TooSlow), s.TooSlow),
        (nameof(s.BytesReceived), s.BytesReceived),
        (nameof(s.BytesSent), s.BytesSent),
        (nameof(s.MessagesReceived), s.MessagesReceived),
        (nameof(s.MessagesSent), s.MessagesSent),
        (nameof(s.MessagesShed), s.MessagesShed),
        (nameof(s.AllOutgoingReached), s.AllOutgoingReached),
        (nameof(s.MessagesQueued), s.MessagesQueued),
        (nameof(s.MessagesDropped), s.MessagesDropped),
        (nameof(s.MessagesNotAllowed), s.MessagesNotAllowed),
        (nameof(s.RetainedDropped), s.RetainedDropped),
        (nameof(s.RetainedLevelsReached), s.RetainedLevelsReached),
        (nameof(s.SubscriptionBytesReached), s.SubscriptionBytesReached),
        (nameof(s.AllSubscriptionBytesReached), s.AllSubscriptionBytesReached),
        (nameof(s.SubscriptionsRefused), s.SubscriptionsRefused),
        (nameof(s.SubscriptionsNotAllowed), s.SubscriptionsNotAllowed),
        (nameof(s.ReplaysPaused), s.ReplaysPaused),
        (nameof(s.InFlightBytesReached), s.InFlightBytesReached),
        (nameof(s.PublishersHeld), s.PublishersHeld),
        (nameof(s.ProgramDropped), s.ProgramDropped),
        (nameof(s.HooksTimedOut), s.HooksTimedOut),
        (nameof(s.Lagging), s.Lagging),
        (nameof(s.TurnsEnded), s.TurnsEnded),
        (nameof(s.LoginsRefused), s.LoginsRefused),
    ];
}
