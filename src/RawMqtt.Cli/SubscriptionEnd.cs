// SPDX-License-Identifier: MIT

namespace RawMqtt.Cli;

/// <summary>Notices that the server has taken back the subscriptions of <c>rawmqtt sub</c>: no message would come any more.</summary>
internal sealed class SubscriptionEnd
{
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile MqttSubscription? subscription;
    private volatile string last = "";

    /// <summary>Gets what fails when the subscription has ended.</summary>
    public Task Task => ended.Task;

    /// <summary>Watches a subscription, of which all filters end with the first that is refused.</summary>
    public void Watch(MqttSubscription made)
    {
        subscription = made;
        Look();
    }

    /// <summary>Takes a line of the client's log: each end of a subscription has one.</summary>
    public void Look(MqttLogLevel level, string message)
    {
        if (level != MqttLogLevel.Warning) return;
        last = message;
        Look();
    }

    private void Look()
    {
        if (subscription is { } made && made.Granted.Any(static granted => granted is null))
            ended.TrySetException(new MqttException(MqttErrorCode.SubscriptionRefused, $"The subscription has ended. {last}"));
    }
}
