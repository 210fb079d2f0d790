// SPDX-License-Identifier: MIT

using RawMqtt.Codec;
using RawMqtt.Sessions;

namespace RawMqtt.Brokers;

/// <summary>One network connection of the broker, from its acceptance to its end.</summary>
internal sealed class BrokerConnection(BrokerCore broker, TimeSpan now)
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

    /// <summary>The last <see cref="BrokerCore.Receive"/> left a whole packet: it is to be called again, when the pause is over, which it may be already.</summary>
    public bool HasStopped { get; set; }

    /// <summary>Why nothing is taken from it now.</summary>
    public Pause Pause { get; set; }

    /// <summary>The answer to the packet that comes next, when that one asks.</summary>
    public HookAnswer? Answer { get; set; }

    /// <summary>Null while the connection stands. Once set, what <see cref="Output"/> holds is still to be sent.</summary>
    public MqttConnectionEnd? End { get; set; }

    /// <summary>The rule that the client broke, when that was the end.</summary>
    public ProtocolViolation? Violation { get; set; }

    /// <summary>Whether it is among the connections with something to do, <see cref="BrokerCore.TakeDirty"/>.</summary>
    public bool IsDirty { get; set; }

    /// <summary>The bytes of the flush that is under way: they count for the limit.</summary>
    public int Flushing { get; private set; }

    /// <summary>When the flush under way began, or its last piece was sent.</summary>
    public TimeSpan FlushingSince { get; set; }

    /// <summary>The route of its last message: most clients publish to one topic many times.</summary>
    public TopicRoute? LastRoute { get; set; }

    /// <summary>What the shell knows this connection by.</summary>
    public object? Carrier { get; set; }

    /// <summary>Where packets to the client are appended.</summary>
    public OutgoingBuffer Output => output ??= broker.Outputs.Rent();

    /// <summary>The bytes that were sent again when the client came back: it did not ask for them on this connection.</summary>
    public int Resent { get; set; }

    /// <summary>The bytes that are not sent yet.</summary>
    public int Unsent => (output?.Length ?? 0) + Flushing;

    /// <summary>Takes all that waits, for a flush; null when nothing does. Goes back by <see cref="BrokerCore.Flushed"/>.</summary>
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
