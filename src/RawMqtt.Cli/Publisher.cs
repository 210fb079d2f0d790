// SPDX-License-Identifier: MIT

namespace RawMqtt.Cli;

/// <summary>Publishes messages to one topic in order. At QoS 1 and 2 it does not wait for each acknowledgement before the next message.</summary>
internal sealed class Publisher(MqttClient client, byte[] topic, QualityOfService qos, bool retain, int window)
{
    private readonly Queue<Task> unacknowledged = new();

    /// <summary>Gets the number of messages that were published so far.</summary>
    public int Count { get; private set; }

    /// <summary>Publishes one message; waits while twice the window is not acknowledged, so that the window stays full.</summary>
    public async ValueTask PublishAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        ValueTask published = client.PublishAsync(topic, message.Span, qos, retain, CancellationToken.None);
        Count++;
        if (published.IsCompletedSuccessfully || qos == QualityOfService.AtMostOnce)
        {
            await published; // at QoS 0 this waits for room in the send buffer
            return;
        }

        unacknowledged.Enqueue(published.AsTask());
        while (unacknowledged.Count >= 2 * window) await unacknowledged.Dequeue().WaitAsync(cancellationToken);
    }

    /// <summary>Waits until the server has all messages: acknowledged at QoS 1 and 2, answered by PINGRESP at QoS 0.</summary>
    /// <exception cref="MqttException">The connection ended before the server had all of them, or a message failed.</exception>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        while (unacknowledged.TryDequeue(out Task? oldest)) await oldest.WaitAsync(cancellationToken);
        if (qos > QualityOfService.AtMostOnce || Count == 0) return;

        await client.PingAsync(cancellationToken); // the server answers in order, so that it has read all that was sent before
        if (client.Statistics.Connections > 1 && client.LastFault is { } lost)
        {
            throw new MqttException(lost.Code, $"{lost.Message} What was published at QoS 0 may be lost.", lost);
        }
    }

    /// <summary>Publishes a message without waiting for anything: it stays in the client's session file.</summary>
    public void Store(ReadOnlyMemory<byte> message)
    {
        _ = client.PublishAsync(topic, message.Span, qos, retain, CancellationToken.None).AsTask()
            .ContinueWith(stored => stored.Exception, TaskScheduler.Default); // the client is never opened, so that the wait ends with Disposed
        Count++;
    }
}
