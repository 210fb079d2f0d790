// SPDX-License-Identifier: MIT

using RawMqtt.Sessions;

namespace RawMqtt.Clients;

/// <summary>Reads the statistics of one client.</summary>
internal sealed class StatisticsReader(string clientId, Lock gate, ClientCounters counters, ClientSession session, OutgoingMessages outgoing)
{
    public string ClientId => clientId;

    public MqttClientStatistics Read()
    {
        lock (gate)
        {
            return new MqttClientStatistics
            {
                MessagesSent = counters.MessagesSent,
                MessagesReceived = counters.MessagesReceived,
                BytesSent = counters.BytesSent,
                BytesReceived = counters.BytesReceived,
                Connections = counters.Connections,
                InFlight = session.InFlight,
                Queued = outgoing.Queued,
                Dropped = counters.Dropped,
                DroppedIncoming = counters.DroppedIncoming,
                Unmatched = counters.Unmatched,
                ReceiverFailures = counters.ReceiverFailures,
            };
        }
    }
}
