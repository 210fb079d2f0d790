using System.Threading.Channels;

namespace RawMqtt.Brokers;

/// <summary>What happened, on its way to the program: in order, bounded, and without holding the broker up.</summary>
internal sealed class BrokerEvents
{
    private const int Capacity = 10_000;

    private readonly Channel<MqttBrokerEvent> channel = Channel.CreateBounded<MqttBrokerEvent>(new BoundedChannelOptions(Capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
    private readonly Task reading;
    private long dropped;

    public BrokerEvents(Func<MqttBrokerEvent, ValueTask> observe, BrokerLog? log) => reading = ReadAsync(observe, log);

    /// <summary>Events that the program was too slow for.</summary>
    public long Dropped => Interlocked.Read(ref dropped);

    public void Add(MqttBrokerEvent happened)
    {
        if (!channel.Writer.TryWrite(happened)) Interlocked.Increment(ref dropped);
    }

    /// <summary>Waits until the program has heard of all.</summary>
    public Task CompleteAsync()
    {
        channel.Writer.TryComplete();
        return reading;
    }

    private async Task ReadAsync(Func<MqttBrokerEvent, ValueTask> observe, BrokerLog? log)
    {
        await foreach (MqttBrokerEvent happened in channel.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            try
            {
                await observe(happened).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // an observer that throws misses one event
            catch (Exception e)
#pragma warning restore CA1031
            {
                log?.Add($"event=observer-failed error=\"{e.Message}\"");
            }
        }
    }
}
