// SPDX-License-Identifier: MIT

namespace RawMqtt.Server.Bridging;

/// <summary>Counts what went one way over a bridge, and logs what did not.</summary>
internal sealed class BridgeFigures(string name, string direction, MqttLog log)
{
    private long passed;
    private long bytes;
    private long dropped;
    private int isDowngraded;

    public long Passed => Interlocked.Read(ref passed);

    /// <summary>Gets the payloads that were passed on, in bytes.</summary>
    public long Bytes => Interlocked.Read(ref bytes);

    public long Dropped => Interlocked.Read(ref dropped);

    public void CountPassed(MqttMessage message)
    {
        Interlocked.Increment(ref passed);
        Interlocked.Add(ref bytes, message.Payload.Length);
    }

    public void CountDropped(MqttMessage message, Exception cause)
    {
        long count = Interlocked.Increment(ref dropped);
        if ((count & (count - 1)) != 0) return; // the 1st, 2nd, 4th, 8th ...
        log(
            MqttLogLevel.Warning,
            $"event=bridge-dropped bridge={LogText.Quote(name)} direction={direction} count={count} topic={LogText.Quote(message.Topic)} "
            + $"error={LogText.Quote(cause.Message)}");
    }

    public void NoteDowngrade()
    {
        if (Interlocked.Exchange(ref isDowngraded, 1) != 0) return;
        log(
            MqttLogLevel.Warning,
            $"event=bridge-qos bridge={LogText.Quote(name)} direction={direction} The broker takes messages at QoS 2 at QoS 1 only: from now on they are "
            + "sent at QoS 1.");
    }
}
