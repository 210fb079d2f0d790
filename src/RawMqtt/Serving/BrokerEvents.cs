// SPDX-License-Identifier: MIT

namespace RawMqtt.Serving;

/// <summary>Passes events to the application in order, through a bounded queue, so that the broker never waits for the application.</summary>
internal sealed class BrokerEvents
{
    private readonly LocalQueue<MqttBrokerEvent> events;
    private readonly Task reading;

    public BrokerEvents(Func<MqttBrokerEvent, ValueTask> observe, long limit, BrokerLog? log)
    {
        events = new LocalQueue<MqttBrokerEvent>(limit);
        reading = ReadAsync(observe, log);
    }

    /// <summary>Gets the number of events that were dropped because the queue was full.</summary>
    public long Dropped => events.Dropped;

    public void Add(MqttBrokerEvent happened) => events.TryAdd(happened, happened.Client.ClientId.Length + (happened.Message?.Length ?? 0));

    /// <summary>Waits until the application has taken all events; no more can be added.</summary>
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
            catch (Exception e) // an observer that throws misses this event
            {
                log?.Add(MqttLogLevel.Error, "observer-failed", $"error={BrokerLog.Quote(e.Message)}");
            }
        }
    }
}
