// SPDX-License-Identifier: MIT

namespace RawMqtt.Brokers;

/// <summary>How much may wait for the program's own bridge, in place of the limits for all clients. It counts on top of
/// <see cref="MqttBrokerLimits.MaxKeptBytes"/>.</summary>
/// <param name="Messages">Messages in its queue, connected or away.</param>
/// <param name="Bytes">Their topics and payloads. An empty queue takes one message of any length.</param>
internal sealed record QueueBounds(int Messages, long Bytes)
{
    /// <summary>Returns the limit because of which a message may not wait; null if it may.</summary>
    public string? FindFull(int queued, long queuedBytes, int length)
    {
        if (queued >= Messages) return "MqttBridgeOptions.MaxQueuedMessages";
        return queued > 0 && queuedBytes + length > Bytes ? "MqttBridgeOptions.MaxQueuedBytes" : null;
    }
}
