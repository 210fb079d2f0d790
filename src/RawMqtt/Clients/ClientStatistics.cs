namespace RawMqtt.Clients;

/// <summary>Counters of one client, plain because the gate guards them.</summary>
internal sealed class ClientStatistics
{
    public long MessagesSent;
    public long MessagesReceived;
    public long BytesSent;
    public long BytesReceived;
    public long Connects;
    public long Dropped;
    public long Unmatched;
    public long ReceiverFailures;

    public void Sent(QualityOfService qos, int payloadLength)
    {
        _ = (qos, payloadLength);
        MessagesSent++;
    }
}
