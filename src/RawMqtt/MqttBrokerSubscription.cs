using System.Threading.Channels;

namespace RawMqtt;

/// <summary>A subscription of the program that runs a broker: messages without a socket in between. Ends when it is disposed of.</summary>
public sealed class MqttBrokerSubscription : IAsyncEnumerable<MqttMessage>, IDisposable
{
    private const int Capacity = 1000;

    private readonly Channel<MqttMessage> messages = Channel.CreateBounded<MqttMessage>(Capacity);
    private readonly Action end;
    private long dropped;

    internal MqttBrokerSubscription(Func<MqttBrokerSubscription, Action> begin) => end = begin(this);

    /// <summary>Messages that the program was too slow for: 1000 wait at the most.</summary>
    public long Dropped => Interlocked.Read(ref dropped);

    /// <summary>Ends the subscription; messages that wait can still be read.</summary>
    public void Dispose()
    {
        if (messages.Writer.TryComplete()) end();
    }

    /// <summary>The messages in order, until the subscription is disposed of.</summary>
    public IAsyncEnumerator<MqttMessage> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        messages.Reader.ReadAllAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);

    internal void Add(MqttMessage message)
    {
        if (!messages.Writer.TryWrite(message)) Interlocked.Increment(ref dropped);
    }
}
