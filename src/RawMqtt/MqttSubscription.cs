// SPDX-License-Identifier: MIT

using RawMqtt.Clients;

namespace RawMqtt;

/// <summary>A subscription to one or more topic filters: the stream of the messages that match, in the order of their arrival. Disposing of it
/// unsubscribes.</summary>
/// <remarks>One reader at a time. Messages wait here until they are read; above the limits of <see cref="MqttSubscribeOptions"/> the client
/// stops reading from the connection until the reader has caught up.</remarks>
public sealed class MqttSubscription : IAsyncEnumerable<MqttMessage>, IAsyncDisposable
{
    private readonly LocalSubscription local;
    private readonly ClientGate gate;
    private readonly ClientSubscriptions subscriptions;
    private readonly TimeProvider time;
    private readonly TimeSpan answerTime;

    internal MqttSubscription(LocalSubscription local, ClientGate gate, ClientSubscriptions subscriptions, TimeProvider time, TimeSpan answerTime)
    {
        this.local = local;
        this.gate = gate;
        this.subscriptions = subscriptions;
        this.time = time;
        this.answerTime = answerTime;
    }

    /// <summary>Gets the topic filters that were asked for.</summary>
    public IReadOnlyList<MqttTopicFilter> Filters => local.Filters;

    /// <summary>Gets the QoS that the server granted for each of <see cref="Filters"/> when it was last asked; null: refused.</summary>
    public IReadOnlyList<QualityOfService?> Granted => local.Granted;

    /// <summary>Returns the messages from now on. The enumeration ends when the subscription is disposed of or the client disconnected, and throws if the
    /// client ends for another reason.</summary>
    public async IAsyncEnumerator<MqttMessage> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(static state => ((MessageBuffer)state!).WakeReader(), local.Buffer);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (local.Buffer.TryTake(out MqttMessage? message)) yield return message!;
            else if (!await local.Buffer.WaitAsync(cancellationToken).ConfigureAwait(false)) yield break;
        }
    }

    /// <summary>Unsubscribes, if there is a connection, and ends the enumeration.</summary>
    public async ValueTask DisposeAsync()
    {
        if (End() is not SubscriptionRequest request) return;
        try
        {
            await request.Answer.WaitAsync(answerTime, time).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is MqttException or TimeoutException)
        {
            // the connection or the client ended meanwhile, and the subscription with it
        }
    }

    /// <summary>Unsubscribes without waiting for the answer.</summary>
    /// <param name="unanswered">The SUBSCRIBE that its caller has given up; null if it was answered.</param>
    /// <returns>Null if no answer will come soon.</returns>
    internal SubscriptionRequest? End(SubscriptionRequest? unanswered = null)
    {
        SubscriptionRequest? request;
        bool isConnected;
        using (Turn turn = gate.Enter())
        {
            request = subscriptions.Remove(local, unanswered, turn.Output);
            isConnected = turn.HasConnection;
        }

        local.End();
        return isConnected ? request : null;
    }
}
