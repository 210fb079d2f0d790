// SPDX-License-Identifier: MIT

namespace RawMqtt.Sessions;

/// <summary>Sends one packet at a time on a connection after the one before has broken: a packet that it ends connections for is found.</summary>
/// <remarks>
/// First goes a PINGREQ. When it is answered, the first packet that has no answer leaves alone, and the next one when that is answered, for so many packets;
/// then all the rest leaves together. A message at QoS 0 has no answer of its own: the PINGRESP to a PINGREQ behind it counts.
/// </remarks>
internal sealed class CarefulSending
{
    private int left;
    private int pings;
    private int pongsToCome;
    private bool isFirst;
    private bool isLeaving;
    private bool hasLeft;

    /// <summary>Whether nothing stands unanswered, so that the next packet may leave.</summary>
    public bool IsFree { get; private set; }

    /// <summary>The packet that has no answer; 0 for a PINGREQ.</summary>
    public ushort PacketId { get; private set; }

    /// <summary>When the answer to the PINGREQ that stands is late; null while it has not left, and for other packets.</summary>
    public TimeSpan? AnswerDue { get; private set; }

    /// <summary>Begins, with a PINGREQ that the caller sends.</summary>
    /// <param name="packets">How many packets leave alone.</param>
    public void Begin(int packets)
    {
        left = packets;
        pings = 0;
        AwaitPong();
        isFirst = true;
    }

    /// <summary>Notes that a packet leaves alone.</summary>
    public void Await(ushort packetId)
    {
        PacketId = packetId;
        IsFree = isFirst = isLeaving = hasLeft = false;
        AnswerDue = null;
    }

    /// <summary>Notes that a PINGREQ leaves next, and behind it nothing until its answer.</summary>
    public void AwaitPong()
    {
        Await(0);
        pongsToCome = pings + 1;
    }

    /// <summary>Counts a PINGREQ.</summary>
    public void PingQueued() => pings++;

    /// <summary>Counts a PINGRESP.</summary>
    public void Pong()
    {
        if (pings > 0) pings--;
        if (pongsToCome > 0) pongsToCome--;
    }

    /// <summary>Whether the answer to what stands has come.</summary>
    public bool IsAnswered(Sender sender) => !IsFree && (PacketId > 0 ? sender.StateOf(PacketId) == SenderState.Free : pongsToCome == 0);

    /// <summary>Lets the next packet leave.</summary>
    /// <returns>Whether it leaves alone.</returns>
    public bool GoOn()
    {
        IsFree = true;
        return left-- > 0;
    }

    /// <summary>Notes that a write begins with what was added so far.</summary>
    /// <returns>Whether it carries what stands alone; otherwise that left before.</returns>
    public bool Leaving()
    {
        bool isNew = !isLeaving;
        isLeaving = true;
        return isNew;
    }

    /// <summary>Notes that all of this write has left.</summary>
    /// <param name="answerDue">When the answer to a PINGREQ would be late.</param>
    public void Left(TimeSpan answerDue)
    {
        hasLeft |= isLeaving;
        if (hasLeft && PacketId == 0) AnswerDue ??= answerDue;
    }

    /// <summary>Whether a packet stands alone and unanswered behind an answered PINGREQ.</summary>
    /// <param name="isWhole">Whether all of it must have left; otherwise a part is enough.</param>
    public bool IsSuspect(bool isWhole) => !IsFree && !isFirst && (isWhole ? hasLeft : isLeaving);
}
