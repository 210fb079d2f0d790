namespace RawMqtt.Routing;

/// <summary>What the broker has done since it started.</summary>
internal sealed class BrokerCounters
{
    public long ConnectionsAccepted;
    public long ConnectionsEnded;
    public long ClientsConnected;
    public long ConnectsRefused;
    public long ProtocolViolations;
    public long KeepAlivesExpired;
    public long ConnectTimeouts;
    public long TakeOvers;
    public long TooSlow;
    public long BytesReceived;
    public long BytesSent;
    public long PublishesReceived;
    public long PublishesSent;
    public long DroppedAtQos0;
    public long DroppedByQueue;
    public long DroppedRetained;
    public long DroppedDollar;
    public long RefusedSubscriptions;
    public long RefusedSessions;
}
