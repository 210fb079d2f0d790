// SPDX-License-Identifier: MIT

using RawMqtt.Codec;
using RawMqtt.Sessions;

namespace RawMqtt.Brokers;

/// <summary>One network connection of the broker, from its acceptance to its end.</summary>
internal sealed class BrokerConnection(SpareOutputs outputs, TimeSpan now)
{
    private OutgoingBuffer? output;

    /// <summary>Null until the CONNECT was accepted, and again once the connection has ended.</summary>
    public Subscriber? Subscriber { get; set; }

    /// <summary>Null for none, and once it was published or a DISCONNECT came [MQTT-3.1.2-10].</summary>
    public Will? Will { get; set; }

    /// <summary>In seconds; 0 for none, 3.1.2.10.</summary>
    public ushort KeepAlive { get; set; }

    /// <summary>When the last whole packet came, and before the first one, when the connection was accepted.</summary>
    public TimeSpan LastReceived { get; set; } = now;

    /// <summary>Whether a whole packet is left: the shell calls <see cref="BrokerCore.Receive"/> again once <see cref="Pause"/> is None.</summary>
    public bool HasStopped { get; set; }

    /// <summary>Why the broker takes nothing from the connection now.</summary>
    public Pause Pause { get; set; }

    /// <summary>The answer to the next packet, if the connection was paused to ask for it.</summary>
    public HookAnswer? Answer { get; set; }

    /// <summary>Null while the connection is open. Once it is set, the shell still sends what <see cref="Output"/> holds.</summary>
    public MqttConnectionEnd? End { get; set; }

    /// <summary>The rule that the client broke, if that ended the connection.</summary>
    public ProtocolViolation? Violation { get; set; }

    /// <summary>Whether it is among the connections with something to do, <see cref="BrokerCore.TakeDirty"/>.</summary>
    public bool IsDirty { get; set; }

    /// <summary>The bytes of the flush that is under way: they count for the limit.</summary>
    public int Flushing { get; private set; }

    /// <summary>When the flush under way began, or its last piece was sent.</summary>
    public TimeSpan FlushingSince { get; set; }

    /// <summary>The route of its last message: most clients publish to one topic many times.</summary>
    public TopicRoute? LastRoute { get; set; }

    /// <summary>The shell's object for this connection.</summary>
    public object? Carrier { get; set; }

    /// <summary>Where packets to the client are appended.</summary>
    public OutgoingBuffer Output => output ??= outputs.Rent();

    /// <summary>The bytes that were sent again when the session was resumed: the client did not ask for them on this connection.</summary>
    public int Resent { get; set; }

    /// <summary>The bytes that are not sent yet.</summary>
    public int Unsent => (output?.Length ?? 0) + Flushing;

    /// <summary>Takes all bytes that wait, for a flush; null if there are none. <see cref="BrokerCore.Flushed"/> takes the buffer back.</summary>
    public OutgoingBuffer? BeginFlush(TimeSpan now)
    {
        OutgoingBuffer? taken = output is { Length: > 0 } ? output : null;
        if (taken is not null) output = null;
        Flushing = taken?.Length ?? 0;
        FlushingSince = now;
        return taken;
    }

    public void EndFlush() => Flushing = 0;
}
