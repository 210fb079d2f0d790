// SPDX-License-Identifier: MIT

namespace RawMqtt.Server.Bridging;

/// <summary>Counts what went one way over a bridge, and logs what did not.</summary>
internal sealed class BridgeFigures(string name, string direction, MqttLog log)
{
    private long passed;
    private long bytes;
    private long dropped;
    private long expired;
    private int isQosNoted;

    public long Passed => Interlocked.Read(ref passed);

    /// <summary>Gets the payloads that were passed on, in bytes.</summary>
    public long Bytes => Interlocked.Read(ref bytes);

    public long Dropped => Interlocked.Read(ref dropped);

    /// <summary>Gets the number of messages that waited for too long.</summary>
    public long Expired => Interlocked.Read(ref expired);

    public void CountPassed(MqttMessage message)
    {
        Interlocked.Increment(ref passed);
        Interlocked.Add(ref bytes, message.Payload.Length);
    }

    public void CountDropped(MqttMessage message, Exception cause)
    {
        long count = Interlocked.Increment(ref dropped);
        if (!IsLogged(count)) return;
        log(
            MqttLogLevel.Warning,
            $"event=bridge-dropped bridge={LogText.Quote(name)} direction={direction} count={count} topic={LogText.Quote(message.Topic)} "
            + $"error={LogText.Quote(cause.Message)}");
    }

    public void CountExpired(MqttMessage message)
    {
        long count = Interlocked.Increment(ref expired);
        if (!IsLogged(count)) return;
        log(
            MqttLogLevel.Warning,
            $"event=bridge-expired bridge={LogText.Quote(name)} direction={direction} count={count} topic={LogText.Quote(message.Topic)} limit=MaxAge");
    }

    /// <summary>Notes that PUBACK came for a message at QoS 2.</summary>
    public void NoteDowngrade() =>
        NoteQos("the far broker answers QoS 2 with PUBACK: it takes messages at QoS 1, and gets them at QoS 1 from now on");

    /// <summary>Notes that a SUBACK granted less than the rule asks for.</summary>
    public void NoteLowerQos() => NoteQos("the far broker grants a subscription a lower QoS than its rule has: messages come at that");

    /// <summary>Notes that messages go out at QoS 1 because no file keeps the client's session.</summary>
    public void NoteNoFile() => NoteQos("a rule has QoS 2, and SessionFile is not set: messages go out at QoS 1");

    private void NoteQos(string text)
    {
        if (Interlocked.Exchange(ref isQosNoted, 1) != 0) return;
        log(MqttLogLevel.Warning, $"event=bridge-qos bridge={LogText.Quote(name)} direction={direction} hint={LogText.Quote(text)}");
    }

    /// <summary>The 1st, 2nd, 4th, 8th and so on.</summary>
    private static bool IsLogged(long count) => (count & (count - 1)) == 0;
}
