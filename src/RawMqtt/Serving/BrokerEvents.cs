// SPDX-License-Identifier: MIT

namespace RawMqtt.Serving;

/// <summary>What happened, on its way to the program: in order, bounded, and without holding the broker up.</summary>
internal sealed class BrokerEvents
{
    private readonly LocalQueue<MqttBrokerEvent> events;
    private readonly Task reading;

    public BrokerEvents(Func<MqttBrokerEvent, ValueTask> observe, long limit, BrokerLog? log)
    {
        events = new LocalQueue<MqttBrokerEvent>(limit);
        reading = ReadAsync(observe, log);
    }

    /// <summary>Events that the program was too slow for.</summary>
    public long Dropped => events.Dropped;

    public void Add(MqttBrokerEvent happened) => events.TryAdd(happened, happened.Client.ClientId.Length + (happened.Message?.Length ?? 0));

    /// <summary>Waits until the program has heard of all.</summary>
    public Task CompleteAsync()
    {
        events.TryComplete();
        return reading;
    }

    private async Task ReadAsync(Func<MqttBrokerEvent, ValueTask> observe, BrokerLog? log)
    {
        await foreach (MqttBrokerEvent happened in events.ReadAllAsync().ConfigureAwait(false))
        {
            try
            {
                await observe(happened).ConfigureAwait(false);
            }
            catch (Exception e) // an observer that throws misses one event
            {
                log?.Add($"event=observer-failed error={BrokerLog.Quote(e.Message)}");
            }
        }
    }
}
