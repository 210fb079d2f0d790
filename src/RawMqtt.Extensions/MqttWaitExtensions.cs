// SPDX-License-Identifier: MIT

namespace RawMqtt.Extensions;

/// <summary>Waits for one message.</summary>
public static class MqttWaitExtensions
{
    /// <summary>Subscribes to a topic filter, waits for the first message that satisfies a condition, and ends the subscription.</summary>
    /// <param name="client">The client.</param>
    /// <param name="filter">The topic filter, at QoS 1.</param>
    /// <param name="predicate">The condition; null: any message. The retained message of a topic counts too: see <see cref="MqttMessage.Retain"/>.</param>
    /// <param name="timeout">The longest wait, from the call; null for no limit.</param>
    /// <param name="subscribed">Runs when the server has granted the subscription, and causes the message: whatever is sent here is not missed. Null for
    /// nothing.</param>
    /// <param name="time">The clock of the timeout; null for that of the machine.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TimeoutException">No such message came in that time. The message says how many others came.</exception>
    /// <exception cref="MqttException">The server refused the filter, or the client was ended.</exception>
    public static async Task<MqttMessage> WaitForAsync(
        this MqttClient client, string filter, Func<MqttMessage, bool>? predicate = null, TimeSpan? timeout = null,
        Func<CancellationToken, Task>? subscribed = null, TimeProvider? time = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        using var deadline = new CancellationTokenSource(timeout ?? Timeout.InfiniteTimeSpan, time ?? TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        int others = 0;
        try
        {
            MqttSubscription subscription = await client.SubscribeAsync(filter, QualityOfService.AtLeastOnce, either.Token).ConfigureAwait(false);
            try
            {
                if (subscribed is not null) await subscribed(either.Token).ConfigureAwait(false);
                await foreach (MqttMessage message in subscription.WithCancellation(either.Token).ConfigureAwait(false))
                {
                    if (predicate is null || predicate(message)) return message;
                    others++;
                }
            }
            finally
            {
                await subscription.DisposeAsync().ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException failure) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            string seen = others == 0 ? "no message came" : $"{others} messages came, none of which satisfied the condition";
            throw new TimeoutException($"Waited {timeout} for a message on {filter}: {seen}.", failure);
        }

        throw new MqttException(MqttErrorCode.NotConnected, $"The client was disconnected while it waited for a message on {filter}.");
    }
}
