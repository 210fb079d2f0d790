using System.Buffers;
using RawMqtt.Codec;

namespace RawMqtt.Sessions;

/// <summary>The server's half of a session, 4.1, without its subscriptions: what was sent and not acknowledged, what waits
/// to be sent, and which QoS 2 messages were received and not yet released.</summary>
/// <param name="inFlightLimit">The most messages in flight to the client: 1 to 65535.</param>
/// <param name="queueLimit">The most messages that wait.</param>
/// <param name="queueBytesLimit">The most bytes of topics and payloads that wait.</param>
internal sealed class ServerSession(int inFlightLimit, int queueLimit, int queueBytesLimit)
{
    private readonly Sender sender = new(inFlightLimit);
    private readonly MessageQueue queue = new();

    public Receiver Receiver { get; } = new();

    public int InFlight => sender.InFlight;

    public int Queued => queue.Count;

    public long QueuedBytes => queue.Bytes;

    /// <summary>Delivers a message at QoS 1 or 2: now, or in its turn, or not at all.</summary>
    /// <param name="message">The session takes a reference of its own if it keeps it.</param>
    /// <param name="qos">1 or 2.</param>
    /// <param name="retain">The RETAIN bit of the PUBLISH.</param>
    /// <param name="output">Where the client is to be reached now; null while it is away.</param>
    public DeliveryResult Deliver(ApplicationMessage message, QualityOfService qos, bool retain, IBufferWriter<byte>? output)
    {
        if (output is not null && queue.Count == 0 && sender.CanSend)
        {
            sender.Send(message.AddReference(), qos, retain, output);
            return DeliveryResult.Sent;
        }

        if (queue.Count >= queueLimit || queue.Bytes + message.Length > queueBytesLimit) return DeliveryResult.Dropped;
        queue.Add(message.AddReference(), qos, retain); // [MQTT-3.1.2-5], [MQTT-4.5.0-1]
        return DeliveryResult.Queued;
    }

    /// <summary>Takes a PUBACK, PUBREC or PUBCOMP; whoever calls goes on with <see cref="SendQueued"/>.</summary>
    public Delivery.Outcome Acknowledge(PacketType received, ushort packetId, IBufferWriter<byte> output) =>
        sender.Acknowledge(received, packetId, output);

    /// <summary>Sends what was not acknowledged again, for a client that is back [MQTT-4.4.0-1].</summary>
    public void Resend(IBufferWriter<byte> output) => sender.Resend(output);

    /// <summary>Sends what waits, in order, as far as the window reaches [MQTT-4.6.0-6].</summary>
    /// <returns>The number of messages sent.</returns>
    public int SendQueued(IBufferWriter<byte> output)
    {
        int sent = 0;
        while (queue.Count > 0 && sender.CanSend)
        {
            MessageQueue.Entry next = queue.Take();
            sender.Send(next.Message, next.Qos, next.Retain, output);
            sent++;
        }

        return sent;
    }

    /// <summary>Forgets all: the session is over.</summary>
    public void Clear()
    {
        sender.Clear();
        queue.Clear();
        Receiver.Clear();
    }
}
