// SPDX-License-Identifier: MIT

using RawMqtt.Clients;

namespace RawMqtt;

/// <summary>Represents a subscription to one or more topic filters: the stream of the messages that match, in the order of their arrival.</summary>
/// <remarks>
/// One reader at a time. Messages wait here until they are read; above the limits of <see cref="MqttSubscribeOptions"/> the client
/// stops reading from the connection until the reader has caught up.
/// <para>In a kept session (<see cref="MqttClientOptions.CleanSession"/> = false) a message at QoS 1 or 2 is acknowledged when the reader asks for the
/// next one, or by <see cref="MqttMessage.Acknowledge"/>. If the process ends, the message in hand and the unread ones come again.
/// A loop body that waits for another message must call Acknowledge first. In a clean session a message is acknowledged when it enters the stream.</para>
/// <para>Disposing of a subscription ends its stream. In a clean session it also unsubscribes; in a kept session the server goes on to
/// collect messages for the filters until <see cref="UnsubscribeAsync"/>.</para>
/// </remarks>
public sealed class MqttSubscription : IAsyncEnumerable<MqttMessage>, IAsyncDisposable
{
    private readonly ClientGate gate;
    private readonly ClientSubscriptions subscriptions;
    private readonly TimeProvider time;
    private readonly TimeSpan answerTime;

    internal MqttSubscription(LocalSubscription local, ClientGate gate, ClientSubscriptions subscriptions, TimeProvider time, TimeSpan answerTime)
    {
        Local = local;
        this.gate = gate;
        this.subscriptions = subscriptions;
        this.time = time;
        this.answerTime = answerTime;
    }

    /// <summary>Gets the topic filters that were asked for.</summary>
    public IReadOnlyList<MqttTopicFilter> Filters => Local.Filters;

    /// <summary>Gets the QoS that the server granted for each of <see cref="Filters"/> when it was last asked; null: refused.</summary>
    public IReadOnlyList<QualityOfService?> Granted => Local.Granted;

    internal LocalSubscription Local { get; }

    /// <summary>Returns the messages from now on. The enumeration ends when the subscription is disposed of or the client is disconnected, and throws if
    /// the client ends for another reason. After the client was opened again, a new enumeration goes on.</summary>
    public async IAsyncEnumerator<MqttMessage> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(static state => ((MessageBuffer)state!).WakeReader(), Local.Buffer);
        Activate(isNew: false);
        Local.Buffer.BeginReading();
        try
        {
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (Local.Buffer.TryTake(out MqttMessage? message)) yield return message!;
                else if (!await Local.Buffer.WaitAsync(cancellationToken).ConfigureAwait(false)) yield break;
            }
        }
        finally
        {
            Local.Buffer.EndReading();
        }
    }

    /// <summary>Configures whether awaits continue on the caller's synchronization context, in <c>await foreach</c> and in <c>await using</c>.</summary>
    /// <remarks>The framework has an extension of this name for streams and one for what is disposed of, and the compiler could not choose.</remarks>
    public ConfiguredMqttSubscription ConfigureAwait(bool continueOnCapturedContext) => new(this, continueOnCapturedContext);

    /// <summary>Ends the stream, and unsubscribes at the server: from the filters that no other subscription of this client has.</summary>
    /// <returns>Completes when the server has answered. Without a connection, the server is asked on the next one.</returns>
    public Task UnsubscribeAsync(CancellationToken cancellationToken = default)
    {
        SubscriptionRequest? request;
        using (GateEntry entry = gate.Enter()) request = subscriptions.Remove(Local, entry.Output);
        return request?.Answer.WaitAsync(cancellationToken) ?? Task.CompletedTask;
    }

    /// <summary>Ends the stream. In a clean session it also unsubscribes, and waits for the server's answer.</summary>
    public async ValueTask DisposeAsync()
    {
        SubscriptionRequest? request;
        using (GateEntry entry = gate.Enter())
        {
            request = subscriptions.End(Local, entry.Output);
            if (!entry.HasConnection) request = null; // no answer will come soon
        }

        if (request is null) return;
        try
        {
            await request.Answer.WaitAsync(answerTime, time).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is MqttException or TimeoutException)
        {
            // the connection or the client ended meanwhile, and the subscription with it
        }
    }

    /// <summary>Makes messages go to this subscription.</summary>
    /// <param name="isNew">Whether this is done also while the client is disconnected. Otherwise an enumeration only gets what is in the buffer then.</param>
    /// <returns>Messages that waited for its receiver.</returns>
    internal List<MqttMessage> Activate(bool isNew)
    {
        using GateEntry entry = gate.Enter();
        return subscriptions.Activate(Local, isNew);
    }

    /// <summary>Removes the subscription: its caller has given up waiting for the SUBACK.</summary>
    internal void Withdraw(SubscriptionRequest request)
    {
        using GateEntry entry = gate.Enter();
        subscriptions.Withdraw(Local, request, entry.Output);
    }
}
