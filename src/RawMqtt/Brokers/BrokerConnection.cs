// SPDX-License-Identifier: MIT

using RawMqtt.Codec;
using RawMqtt.Sessions;

namespace RawMqtt.Brokers;

/// <summary>One network connection of the broker, from its acceptance to its end.</summary>
internal sealed class BrokerConnection(SpareOutputs outputs, TimeSpan now)
{
    private OutgoingBuffer? output;
    private OutgoingBuffer? sealedOutput; // gathered before the commit under way began, or before one that is over
    private long sealedAt;
    private PacketProgress? progress; // of a packet that has begun

    /// <summary>Null until the CONNECT was accepted, and again once the connection has ended.</summary>
    public Subscriber? Subscriber { get; set; }

    /// <summary>Null for none, and once it was published or a DISCONNECT came [MQTT-3.1.2-10].</summary>
    public Will? Will { get; set; }

    /// <summary>In seconds; 0 for none, 3.1.2.10.</summary>
    public ushort KeepAlive { get; set; }

    /// <summary>When bytes came last; before the CONNECT, when the connection was accepted.</summary>
    public TimeSpan LastReceived { get; set; } = now;

    /// <summary>Whether a whole packet is left: the shell calls <see cref="BrokerCore.Receive"/> again once <see cref="Pause"/> is None.</summary>
    public bool HasStopped { get; set; }

    /// <summary>Why the broker takes nothing from the connection now.</summary>
    public Pause Pause { get; set; }

    /// <summary>The steps of its turn, over all calls since others could go first.</summary>
    public long Steps { get; private set; }

    /// <summary>The answer to the next packet, if the connection was paused to ask for it.</summary>
    public HookAnswer? Answer { get; set; }

    /// <summary>Null while the connection is open. Once it is set, the shell still sends what <see cref="Output"/> holds.</summary>
    public MqttConnectionEnd? End { get; set; }

    /// <summary>The rule that the client broke, if that ended the connection.</summary>
    public ProtocolViolation? Violation { get; set; }

    /// <summary>The return code with which its CONNECT was refused.</summary>
    public ConnectReturnCode? RefusedWith { get; set; }

    /// <summary>Whether it is among the connections with something to do, <see cref="BrokerCore.TakeDirty"/>.</summary>
    public bool IsDirty { get; set; }

    /// <summary>The bytes of the flush that is under way: they count for the limit.</summary>
    public int Flushing { get; private set; }

    /// <summary>When the flush under way began, or its last piece was sent.</summary>
    public TimeSpan FlushingSince { get; private set; }

    /// <summary>The route of its last message: most clients publish to one topic many times.</summary>
    public TopicRoute? LastRoute { get; set; }

    /// <summary>The address that it counts for, as bytes; null for none.</summary>
    public byte[]? Origin { get; set; }

    /// <summary>It is the program's own.</summary>
    public bool IsOwn { get; set; }

    /// <summary>What may wait for it, if it is the program's own bridge; null for the limits of all clients.</summary>
    public QueueBounds? Queue { get; set; }

    /// <summary>The shell's object for this connection.</summary>
    public object? Carrier { get; set; }

    /// <summary>Where packets to the client are appended.</summary>
    public OutgoingBuffer Output => output ??= outputs.Rent();

    /// <summary>Bytes that do not count against a client that asks without reading: those sent again when the session was resumed, and one long
    /// message.</summary>
    public int Exempt { get; set; }

    /// <summary>Bytes received, those of unfinished packets included.</summary>
    public long BytesReceived { get; set; }

    /// <summary>Whole packets received.</summary>
    public long PacketsReceived { get; set; }

    /// <summary>Bytes that <see cref="BrokerCore.Receive"/> left because their packet is not complete or the connection is paused.</summary>
    public int Left { get; set; }

    /// <summary>What <see cref="UnfinishedPackets"/> counts for this connection.</summary>
    public int UnfinishedSize { get; set; }

    /// <summary>The part of it from before the CONNECT was accepted: the same, or 0.</summary>
    public int UnfinishedAsStranger { get; set; }

    /// <summary>It ended because the memory of its unfinished packet is needed: nobody waits for its goodbye.</summary>
    public bool HoldsTooMuch { get; set; }

    /// <summary>With whom it shares a limit: its user's connections, those from its address, or none.</summary>
    public byte[] ShareName => Subscriber is { } subscriber ? subscriber.ShareName : Origin is { } origin ? [(byte)'a', .. origin] : [];

    /// <summary>Set by the shell before each look of a sweep: a frame of the layer below has begun and is not complete.</summary>
    public bool IsWithinFrame { get; set; }

    /// <summary>Bytes of what was read whose acknowledgements and PINGREQs were taken while a PUBLISH before them was held back.</summary>
    public int Ahead { get; set; }

    /// <summary>How long it was held back as a publisher; null if it never was.</summary>
    public HoldBudget? HoldBudget { get; set; }

    /// <summary>It was held back for as long as it may be: its messages are taken for the rest of this turn.</summary>
    public bool IsHoldOver { get; set; }

    /// <summary>It is held back for the program, which takes as long as it likes.</summary>
    public bool IsHeldForProgram { get; set; }

    /// <summary>Grows with the bytes that the client's transport took, and with its acknowledgements.</summary>
    public long Taken { get; set; }

    /// <summary><see cref="Taken"/> when this client began to hold publishers back.</summary>
    public long TakenAtHold { get; set; }

    /// <summary>When it began to hold publishers back.</summary>
    public TimeSpan HoldsSince { get; set; }

    /// <summary>Half of the outgoing limit waits to be sent.</summary>
    public bool IsCrowded { get; set; }

    /// <summary>The limit that ended the connection, if one did.</summary>
    public string? Limit { get; set; }

    /// <summary>Where it stands in <see cref="ConnectionList"/>; -1 while it stands in none.</summary>
    public int Place { get; set; } = -1;

    /// <summary>Whether nothing is under way that a sweep must watch: only its keep alive may end it.</summary>
    public bool IsQuiet => End is null && Pause == Pause.None && !HasStopped && Left == 0 && !IsWithinFrame && Unsent == 0 && Subscriber is { Replay: null };

    /// <summary>The bytes that are not sent yet.</summary>
    public int Unsent => (output?.Length ?? 0) + (sealedOutput?.Length ?? 0) + Flushing;

    /// <summary>The <see cref="BrokerJournal.Position"/> that must be committed before the last of <see cref="Output"/> leaves.</summary>
    public long WaitsFor { get; set; }

    /// <summary>Whether it is among the connections that wait for a commit.</summary>
    public bool IsAwaitingCommit { get; set; }

    /// <summary>Whether a packet was taken already, ahead of a PUBLISH that was held back.</summary>
    public bool IsTaken(in PacketReader reader) => reader.Consumed <= Ahead && IsTakenAhead(reader.Header.Type);

    /// <summary>Whether packets of this type are taken ahead of a PUBLISH that is held back: they do not depend on it.</summary>
    public static bool IsTakenAhead(PacketType type) => type is PacketType.PubAck or PacketType.PubRec or PacketType.PubComp or PacketType.PingReq;

    /// <summary>Notes that others could go first: a new turn begins.</summary>
    public void BeginTurn() => Steps = 0;

    /// <summary>Notes how far a call has brought the turn.</summary>
    /// <returns>Whether the turn is over: others go first before the next one.</returns>
    public bool EndCall(long steps, bool isTurnOver)
    {
        Steps = isTurnOver ? 0 : steps;
        return isTurnOver;
    }

    /// <summary>Divides what has gathered from what gathers from now on: with a steady stream, some of it must be able to leave.</summary>
    public void Seal()
    {
        if (sealedOutput is not null || output is not { Length: > 0 }) return; // an older part has not left yet: the next commit seals this one
        (sealedOutput, sealedAt, output) = (output, WaitsFor, null);
    }

    /// <summary>Whether nothing waits to be sent or committed.</summary>
    public bool IsDrained(long committed) => sealedOutput is null && output is not { Length: > 0 } && WaitsFor <= committed;

    /// <summary>Takes the bytes that may leave, for a flush; null if there are none. <see cref="BrokerCore.Flushed"/> takes the buffer back.</summary>
    /// <param name="now">The time.</param>
    /// <param name="committed">The position up to which all is committed.</param>
    public OutgoingBuffer? BeginFlush(TimeSpan now, long committed = 0)
    {
        OutgoingBuffer? taken = null;
        if (sealedOutput is not null)
        {
            if (sealedAt <= committed) (taken, sealedOutput) = (sealedOutput, null);
        }
        else if (output is { Length: > 0 } && WaitsFor <= committed)
        {
            (taken, output) = (output, null);
        }

        Flushing = taken?.Length ?? 0;
        FlushingSince = now;
        return taken;
    }

    /// <summary>Looks at the packet that has begun, with each sweep.</summary>
    /// <returns>Whether it is too slow; <see cref="Limit"/> then names the limit.</returns>
    public bool ObserveProgress(MqttBrokerLimits limits, TimeSpan now)
    {
        if (UnfinishedSize == 0 && !IsWithinFrame)
        {
            progress = null;
        }
        else if (progress is null || progress.IsOver(PacketsReceived))
        {
            progress = new PacketProgress(PacketsReceived, BytesReceived, now);
        }
        else if (progress.Observe(BytesReceived, HasStopped, limits, now) is { } reached)
        {
            Limit ??= reached;
            return true;
        }

        return false;
    }

    /// <summary>Notes that a piece of the flush under way was sent.</summary>
    public void NoteSent(TimeSpan now)
    {
        FlushingSince = now;
        Taken++;
    }

    public void EndFlush()
    {
        Taken += Flushing;
        Flushing = 0;
    }
}
