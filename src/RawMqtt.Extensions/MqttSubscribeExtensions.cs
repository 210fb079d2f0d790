// SPDX-License-Identifier: MIT

namespace RawMqtt.Extensions;

/// <summary>Subscribes with asynchronous functions, and with lists of texts.</summary>
public static class MqttSubscribeExtensions
{
    /// <summary>Subscribes to several topic filters at one QoS; their messages come in one stream.</summary>
    /// <exception cref="MqttException">The server refused one of them: <see cref="MqttErrorCode.SubscriptionRefused"/>.</exception>
    public static Task<MqttSubscription> SubscribeAsync(
        this MqttClient client, IReadOnlyList<string> filters, QualityOfService qos = QualityOfService.AtMostOnce,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        return client.SubscribeAsync(FiltersOf(filters, qos), cancellationToken);
    }

    /// <summary>Subscribes to a topic filter, and calls an asynchronous function for each message: <c>async message => ...</c>.</summary>
    /// <remarks>The function gets one message at a time, in the order of their arrival; while it works, messages wait in the subscription's buffer.
    /// At QoS 1 and 2 in a kept session, a message is acknowledged when the function has returned.</remarks>
    /// <returns>Completes when the server has granted it. Dispose of the result to end the subscription.</returns>
    /// <exception cref="MqttException">The server refused the filter: <see cref="MqttErrorCode.SubscriptionRefused"/>.</exception>
    public static Task<MqttReceiving> SubscribeAsync(
        this MqttClient client, string filter, Func<MqttMessage, Task> receiver, MqttReceivingOptions? options = null,
        CancellationToken cancellationToken = default) =>
        client.SubscribeAsync([filter], receiver, options, cancellationToken);

    /// <summary>Subscribes to a topic filter, and calls an asynchronous function for each message, with a token that is cancelled when the subscription
    /// ends.</summary>
    /// <returns>Completes when the server has granted it. Dispose of the result to end the subscription.</returns>
    /// <exception cref="MqttException">The server refused the filter: <see cref="MqttErrorCode.SubscriptionRefused"/>.</exception>
    public static Task<MqttReceiving> SubscribeAsync(
        this MqttClient client, string filter, Func<MqttMessage, CancellationToken, ValueTask> receiver, MqttReceivingOptions? options = null,
        CancellationToken cancellationToken = default) =>
        client.SubscribeAsync([filter], receiver, options, cancellationToken);

    /// <summary>Subscribes to a topic filter, and calls a function for each message: <c>message => ...</c>. Unlike a <see cref="MqttMessageReceiver"/>, it
    /// does not run on the thread that reads the connection, and may keep the message.</summary>
    /// <returns>Completes when the server has granted it. Dispose of the result to end the subscription.</returns>
    /// <exception cref="MqttException">The server refused the filter: <see cref="MqttErrorCode.SubscriptionRefused"/>.</exception>
    public static Task<MqttReceiving> SubscribeAsync(
        this MqttClient client, string filter, Action<MqttMessage> receiver, MqttReceivingOptions? options = null,
        CancellationToken cancellationToken = default) =>
        client.SubscribeAsync([filter], receiver, options, cancellationToken);

    /// <summary>Subscribes to several topic filters, and calls an asynchronous function for each message.</summary>
    /// <returns>Completes when the server has granted them. Dispose of the result to end the subscription.</returns>
    /// <exception cref="MqttException">The server refused one of them: <see cref="MqttErrorCode.SubscriptionRefused"/>.</exception>
    public static Task<MqttReceiving> SubscribeAsync(
        this MqttClient client, IReadOnlyList<string> filters, Func<MqttMessage, Task> receiver, MqttReceivingOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(receiver);
        return client.SubscribeAsync(filters, (message, _) => new ValueTask(receiver(message)), options, cancellationToken);
    }

    /// <summary>Subscribes to several topic filters, and calls a function for each message.</summary>
    /// <returns>Completes when the server has granted them. Dispose of the result to end the subscription.</returns>
    /// <exception cref="MqttException">The server refused one of them: <see cref="MqttErrorCode.SubscriptionRefused"/>.</exception>
    public static Task<MqttReceiving> SubscribeAsync(
        this MqttClient client, IReadOnlyList<string> filters, Action<MqttMessage> receiver, MqttReceivingOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(receiver);
        return client.SubscribeAsync(filters, ReceiveAsync, options, cancellationToken);

        ValueTask ReceiveAsync(MqttMessage message, CancellationToken _)
        {
            receiver(message);
            return default;
        }
    }

    /// <summary>Subscribes to several topic filters, and calls an asynchronous function for each message, with a token that is cancelled when the
    /// subscription ends.</summary>
    /// <returns>Completes when the server has granted them. Dispose of the result to end the subscription.</returns>
    /// <exception cref="MqttException">The server refused one of them: <see cref="MqttErrorCode.SubscriptionRefused"/>.</exception>
    public static async Task<MqttReceiving> SubscribeAsync(
        this MqttClient client, IReadOnlyList<string> filters, Func<MqttMessage, CancellationToken, ValueTask> receiver, MqttReceivingOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(receiver);
        options ??= new MqttReceivingOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxConcurrent, 1, nameof(options));
        MqttSubscribeOptions subscribe = options.Subscription with { ManualAcknowledgement = true };
        MqttSubscription subscription = await client.SubscribeAsync(FiltersOf(filters, options.Qos), subscribe, cancellationToken).ConfigureAwait(false);
        return new MqttReceiving(subscription, receiver, options);
    }

    private static MqttTopicFilter[] FiltersOf(IReadOnlyList<string> filters, QualityOfService qos)
    {
        ArgumentNullException.ThrowIfNull(filters);
        return [.. filters.Select(filter => new MqttTopicFilter(filter, qos))];
    }
}
