// SPDX-License-Identifier: MIT

using RawMqtt.Serving;

namespace RawMqtt;

/// <summary>A subscription of the program that runs a broker: messages without a socket in between. Ends when it is disposed of.</summary>
public sealed class MqttBrokerSubscription : IAsyncEnumerable<MqttMessage>, IDisposable
{
    private readonly LocalQueue<MqttMessage> messages;
    private readonly Action end;

    internal MqttBrokerSubscription(long limit, Func<MqttBrokerSubscription, Action> begin)
    {
        messages = new LocalQueue<MqttMessage>(limit);
        end = begin(this);
    }

    /// <summary>Messages that the program was too slow for, see <see cref="MqttBrokerLimits.MaxProgramBytes"/>.</summary>
    public long Dropped => messages.Dropped;

    /// <summary>Ends the subscription; messages that wait can still be read.</summary>
    public void Dispose()
    {
        if (messages.TryComplete()) end();
    }

    /// <summary>The messages in order, until the subscription is disposed of.</summary>
    public IAsyncEnumerator<MqttMessage> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        messages.ReadAllAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);

    internal bool TryAdd(MqttMessage message) => messages.TryAdd(message, message.Length);
}
