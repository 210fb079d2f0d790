namespace RawMqtt.Clients;

/// <summary>A SUBSCRIBE or UNSUBSCRIBE that is not answered; it is sent again on the next connection.</summary>
internal sealed class SubscriptionRequest(bool isUnsubscribe, IReadOnlyList<MqttTopicFilter> filters)
{
    private readonly TaskCompletionSource<byte[]> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsUnsubscribe => isUnsubscribe;

    public IReadOnlyList<MqttTopicFilter> Filters => filters;

    /// <summary>The return codes of the SUBACK; empty for an UNSUBACK.</summary>
    public Task<byte[]> Answer => answer.Task;

    public void Complete(byte[] returnCodes) => answer.TrySetResult(returnCodes);

    public void Fail(Exception reason) => answer.TrySetException(reason);
}
