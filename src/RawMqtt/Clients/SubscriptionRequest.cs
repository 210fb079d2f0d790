// SPDX-License-Identifier: MIT

namespace RawMqtt.Clients;

/// <summary>A SUBSCRIBE or UNSUBSCRIBE that is not answered; it is sent again on the next connection.</summary>
internal sealed class SubscriptionRequest(bool isUnsubscribe, IReadOnlyList<MqttTopicFilter> filters, bool isRepeated = false)
{
    private readonly TaskCompletionSource<byte[]> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsUnsubscribe => isUnsubscribe;

    /// <summary>Made by the client itself, because the server had forgotten.</summary>
    public bool IsRepeated => isRepeated;

    public IReadOnlyList<MqttTopicFilter> Filters => filters;

    /// <summary>When it was first sent, so that the server may know of it; null: never.</summary>
    public TimeSpan? SentAt { get; set; }

    /// <summary>The return codes of the SUBACK; empty for an UNSUBACK.</summary>
    public Task<byte[]> Answer => answer.Task;

    public void Complete(byte[] returnCodes) => answer.TrySetResult(returnCodes);

    public void Fail(Exception reason)
    {
        answer.TrySetException(reason);
        _ = answer.Task.Exception; // it may be that nobody waits
    }
}
