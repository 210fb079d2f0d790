// SPDX-License-Identifier: MIT

namespace RawMqtt.Clients;

/// <summary>Counters of one client. The gate guards them; the thread that reads the connection writes some without it, as their comments say.</summary>
internal sealed class ClientCounters
{
    public long MessagesSent;
    public long MessagesReceived;
    public long BytesSent;
    public long BytesReceived;
    public long Connections;

    /// <summary>Messages that did not fit into the queue of messages to send.</summary>
    public long Dropped;

    /// <summary>Messages that came while a subscriber was far behind, at QoS 0 or in a clean session. Counted by the thread that reads.</summary>
    public long DroppedIncoming;

    /// <summary>Messages that matched no subscription. Counted by the thread that reads.</summary>
    public long Unmatched;

    /// <summary>Exceptions out of the application's receivers. Counted by the thread that reads.</summary>
    public long ReceiverFailures;
}
