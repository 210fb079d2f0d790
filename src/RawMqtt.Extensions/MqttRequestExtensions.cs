// SPDX-License-Identifier: MIT

using System.Text;

namespace RawMqtt.Extensions;

/// <summary>Sends a request and answers requests over topics, which MQTT 3.1.1 has no fields for.</summary>
public static class MqttRequestExtensions
{
    /// <summary>Sends one request to a service, and waits for its answer. For many requests to one service, <see cref="MqttRequester"/> subscribes only
    /// once.</summary>
    /// <param name="client">The client.</param>
    /// <param name="service">The topic of the service, without wildcards; see <see cref="MqttRequester"/>.</param>
    /// <param name="payload">The payload of the request.</param>
    /// <param name="timeout">The longest wait for the answer.</param>
    /// <param name="time">The clock of the timeout; null for that of the machine.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TimeoutException">No answer came in that time.</exception>
    /// <exception cref="MqttRequestException">The responder could not answer.</exception>
    /// <exception cref="MqttException">The server refused the subscription, or the request could not be sent.</exception>
    public static async Task<MqttMessage> RequestAsync(
        this MqttClient client, string service, ReadOnlyMemory<byte> payload, TimeSpan timeout, TimeProvider? time = null,
        CancellationToken cancellationToken = default)
    {
        MqttRequester requester = await MqttRequester.CreateAsync(client, service, time, cancellationToken).ConfigureAwait(false);
        await using (requester.ConfigureAwait(false))
        {
            return await requester.RequestAsync(payload, timeout, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Sends one request whose payload is a text in UTF-8, and waits for its answer.</summary>
    /// <exception cref="TimeoutException">No answer came in that time.</exception>
    /// <exception cref="MqttRequestException">The responder could not answer.</exception>
    /// <exception cref="MqttException">The server refused the subscription, or the request could not be sent.</exception>
    public static Task<MqttMessage> RequestAsync(
        this MqttClient client, string service, string payload, TimeSpan timeout, TimeProvider? time = null, CancellationToken cancellationToken = default) =>
        client.RequestAsync(service, Encoding.UTF8.GetBytes(payload), timeout, time, cancellationToken);

    /// <summary>Answers the requests to a service: calls a function for each, and publishes what it returns at QoS 1.</summary>
    /// <param name="client">The client.</param>
    /// <param name="service">The topic of the service, without wildcards; see <see cref="MqttRequester"/>.</param>
    /// <param name="responder">Returns the payload of the answer. If it throws, the asker gets a <see cref="MqttRequestException"/> without the
    /// reason.</param>
    /// <param name="options">How many requests are worked on at once, and which function hears of failures.</param>
    /// <param name="cancellationToken">Ends the wait for the server.</param>
    /// <returns>Completes when the server has granted the subscription. Dispose of the result to answer no more.</returns>
    /// <exception cref="MqttException">The server refused the subscription.</exception>
    public static Task<MqttReceiving> RespondAsync(
        this MqttClient client, string service, Func<MqttMessage, CancellationToken, ValueTask<ReadOnlyMemory<byte>>> responder,
        MqttReceivingOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(responder);
        options ??= new MqttReceivingOptions();
        options = options with { Qos = QualityOfService.AtLeastOnce, Failed = options.Failed ?? ((_, _) => { }) };
        return client.SubscribeAsync([RequestTopics.Of(service, RequestTopics.Request, "+", "+")], AnswerAsync, options, cancellationToken);

        async ValueTask AnswerAsync(MqttMessage request, CancellationToken stop)
        {
            ReadOnlyMemory<byte> answer;
            try
            {
                answer = await responder(request, stop).ConfigureAwait(false);
            }
            catch
            {
                await PublishAsync(RequestTopics.Failure, ReadOnlyMemory<byte>.Empty).ConfigureAwait(false);
                throw;
            }

            await PublishAsync(RequestTopics.Answer, answer).ConfigureAwait(false);

            ValueTask PublishAsync(string kind, ReadOnlyMemory<byte> payload) =>
                client.PublishAsync(RequestTopics.AnswerTo(service, request.Topic, kind)!, payload, QualityOfService.AtLeastOnce, retain: false, stop);
        }
    }
}
