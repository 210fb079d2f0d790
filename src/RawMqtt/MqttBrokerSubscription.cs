// SPDX-License-Identifier: MIT

using RawMqtt.Serving;

namespace RawMqtt;

/// <summary>Receives messages in the program that runs the broker, without a client. Made by <see cref="MqttBroker.Subscribe"/>; dispose it to
/// unsubscribe.</summary>
public sealed class MqttBrokerSubscription : IAsyncEnumerable<MqttMessage>, IDisposable
{
    private readonly LocalQueue<MqttMessage> messages;
    private readonly Action unsubscribe;

    internal MqttBrokerSubscription(LocalQueue<MqttMessage> messages, Action unsubscribe)
    {
        this.messages = messages;
        this.unsubscribe = unsubscribe;
    }

    /// <summary>Gets the number of messages that were dropped because the program was too slow, see <see cref="MqttBrokerLimits.MaxProgramBytes"/>.</summary>
    public long Dropped => messages.Dropped;

    /// <summary>Ends the subscription. Messages that wait can still be read.</summary>
    public void Dispose()
    {
        if (messages.TryComplete()) unsubscribe();
    }

    /// <summary>Returns the messages in order. The enumeration ends when the subscription is disposed and no message waits.</summary>
    public IAsyncEnumerator<MqttMessage> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        messages.ReadAllAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
}
