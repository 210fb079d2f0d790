namespace RawMqtt.Sessions;

/// <summary>What became of a message for one session.</summary>
internal enum DeliveryResult
{
    /// <summary>It is on its way, in flight.</summary>
    Sent,

    /// <summary>It waits for the window or for the client.</summary>
    Queued,

    /// <summary>A limit of the session was reached: this client will not get it.</summary>
    Dropped,
}
