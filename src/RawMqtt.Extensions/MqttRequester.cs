// SPDX-License-Identifier: MIT

using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;

namespace RawMqtt.Extensions;

/// <summary>Sends requests to a service, and waits for their answers: the asker's half of request and response over two topics.</summary>
/// <remarks>The service is a topic, such as <c>pumps/7/dose</c>. A request goes to <c>pumps/7/dose/request/ASKER/NUMBER</c>, its answer comes on
/// <c>pumps/7/dose/answer/ASKER/NUMBER</c>. All members may be called from any thread.</remarks>
public sealed class MqttRequester : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource<MqttMessage>> waiting = new();
    private readonly MqttClient client;
    private readonly string service;
    private readonly string asker;
    private readonly TimeProvider time;
    private MqttReceiving? answers;
    private long last;

    private MqttRequester(MqttClient client, string service, TimeProvider time)
    {
        this.client = client;
        this.service = service;
        this.time = time;
        asker = RandomNumberGenerator.GetHexString(16, lowercase: true);
    }

    /// <summary>Subscribes to the answers of a service.</summary>
    /// <param name="client">The client, which stays the caller's.</param>
    /// <param name="service">The topic of the service, without wildcards.</param>
    /// <param name="time">The clock of the timeouts; null for that of the machine.</param>
    /// <param name="cancellationToken">Ends the wait for the server.</param>
    /// <exception cref="MqttException">The server refused the subscription.</exception>
    public static async Task<MqttRequester> CreateAsync(
        MqttClient client, string service, TimeProvider? time = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        var requester = new MqttRequester(client, service, time ?? TimeProvider.System);
        string[] topics = [RequestTopics.Of(service, RequestTopics.Answer, requester.asker, "+"),
            RequestTopics.Of(service, RequestTopics.Failure, requester.asker, "+")];
        var options = new MqttReceivingOptions { Qos = QualityOfService.AtLeastOnce };
        requester.answers = await client.SubscribeAsync(topics, requester.Take, options, cancellationToken).ConfigureAwait(false);
        return requester;
    }

    /// <summary>Sends a request at QoS 1, and waits for its answer.</summary>
    /// <param name="payload">The payload of the request.</param>
    /// <param name="timeout">The longest wait, from the call.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TimeoutException">No answer came in that time: perhaps nothing answers that service.</exception>
    /// <exception cref="MqttRequestException">The responder could not answer.</exception>
    /// <exception cref="MqttException">The request could not be sent.</exception>
    public async Task<MqttMessage> RequestAsync(ReadOnlyMemory<byte> payload, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        using var deadline = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        string number = Interlocked.Increment(ref last).ToString(CultureInfo.InvariantCulture);
        var answer = new TaskCompletionSource<MqttMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        waiting[number] = answer;
        try
        {
            string topic = RequestTopics.Of(service, RequestTopics.Request, asker, number);
            await client.PublishAsync(topic, payload, QualityOfService.AtLeastOnce, retain: false, either.Token).ConfigureAwait(false);
            Task ended = await Task.WhenAny(answer.Task, answers!.Completion).WaitAsync(either.Token).ConfigureAwait(false);
            if (ended == answer.Task) return await answer.Task.ConfigureAwait(false);
            await answers.Completion.ConfigureAwait(false);
            throw new MqttException(MqttErrorCode.NotConnected, $"The client was disconnected while it waited for an answer of {service}.");
        }
        catch (OperationCanceledException failure) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"No answer of {service} within {timeout}: perhaps no responder is connected, or it needs longer.", failure);
        }
        finally
        {
            waiting.TryRemove(number, out _);
        }
    }

    /// <summary>Ends the subscription to the answers. Requests that wait fail.</summary>
    public ValueTask DisposeAsync() => answers!.DisposeAsync();

    private void Take(MqttMessage message)
    {
        string[] levels = message.Topic.Split('/');
        if (!waiting.TryRemove(levels[^1], out TaskCompletionSource<MqttMessage>? asked)) return; // too late, or a repetition at QoS 1
        if (levels[^3] == RequestTopics.Answer) asked.TrySetResult(message);
        else asked.TrySetException(new MqttRequestException($"The responder of {service} failed; its own log says why."));
    }
}
