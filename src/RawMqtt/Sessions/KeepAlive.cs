// SPDX-License-Identifier: MIT

namespace RawMqtt.Sessions;

/// <summary>Decides when the client sends PINGREQ, and when a missing answer ends the connection, 3.1.2.10.</summary>
/// <remarks>Every packet that was sent counts, and every byte that comes in is a sign of life, not only PINGRESP. The time for the answer begins when
/// PINGREQ has left, and what was written before it counts at the speed of a slow line. Until then, bytes that go on leaving are life.</remarks>
/// <param name="interval">The Keep Alive of the CONNECT; zero: nothing is ever due.</param>
/// <param name="pingTimeout">How long the server may be silent after a PINGREQ.</param>
internal sealed class KeepAlive(TimeSpan interval, TimeSpan pingTimeout)
{
    /// <summary>So many PINGREQs without an answer end the connection, even if other packets come.</summary>
    public const int MaxUnanswered = 4;

    /// <summary>Bytes a second of the slowest line that the client waits for.</summary>
    private const int SlowestLine = 8 * 1024;

    private const int FastestLine = 1 << 30;

    /// <summary>The most bytes that sockets and proxies on the way are taken to hold.</summary>
    private const int LongestQueue = 1 << 20;

    /// <summary>What a slow line carries in this time needs no more patience.</summary>
    private static readonly TimeSpan ShortQueue = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan LongestMargin = TimeSpan.FromSeconds(1);

    private TimeSpan lastSent;
    private TimeSpan lastReceived;
    private TimeSpan lastPing;
    private TimeSpan lineIsFree;
    private int bytesPerSecond = SlowestLine;
    private long bytesSinceReceived;
    private TimeSpan? answerDue;
    private TimeSpan? writeDue;
    private bool isReadingPaused;
    private bool isPingUnsent;
    private bool isPingLeaving;
    private bool isPingOfKeepAlive;
    private bool hasTakenPacket;

    /// <summary>When <see cref="IsPingDue"/> or <see cref="IsExpired"/> can next become true; null: never.</summary>
    public TimeSpan? NextDeadline =>
        PingDue is not TimeSpan ping ? AnswerDue :
        AnswerDue is TimeSpan due && due < ping ? due :
        ping;

    /// <summary>PINGREQs of the keep alive that were not answered although whole packets came after them.</summary>
    public int Unanswered { get; private set; }

    /// <summary>Whether PINGREQs stay unanswered by a server that goes on sending.</summary>
    public bool IsIgnored => Unanswered + (hasTakenPacket && answerDue is not null ? 1 : 0) >= MaxUnanswered;

    /// <summary>When a PINGREQ is due: a little before <c>interval</c> is over, so that a late timer does not break [MQTT-3.1.2-23]. Null: never, or one
    /// has not left yet.</summary>
    private TimeSpan? PingDue =>
        interval == TimeSpan.Zero || isPingUnsent ? null : SilentSince + interval - (interval / 4 < LongestMargin ? interval / 4 : LongestMargin);

    /// <summary>The start of the silence: the earlier of the last byte sent and the last byte received. While reading is paused only the former counts; while
    /// an answer is due, the last PINGREQ.</summary>
    private TimeSpan SilentSince => isReadingPaused ? lastSent : answerDue is not null ? lastPing : lastSent < lastReceived ? lastSent : lastReceived;

    private TimeSpan? AnswerDue => isPingUnsent ? writeDue : isReadingPaused ? null : answerDue;

    /// <summary>Whether a PINGREQ is due.</summary>
    public bool IsPingDue(TimeSpan now) => PingDue is TimeSpan due && now >= due;

    /// <summary>Whether the server has been silent for too long after a PINGREQ: the client closes the connection.</summary>
    public bool IsExpired(TimeSpan now) => (AnswerDue is TimeSpan due && now >= due) || (IsIgnored && IsPingDue(now));

    /// <summary>Notes that a PINGREQ was added to what will be sent.</summary>
    /// <param name="isDue">Whether the keep alive asked for it.</param>
    public void PingQueued(bool isDue)
    {
        if (isDue && answerDue is not null && hasTakenPacket) Unanswered++;
        if (isDue) hasTakenPacket = false;
        isPingOfKeepAlive |= isDue;
        isPingUnsent = true;
        isPingLeaving = false;
    }

    /// <summary>Notes that a write begins.</summary>
    /// <param name="now">The time.</param>
    /// <param name="bytes">Its length.</param>
    /// <param name="isFirst">Whether it carries what was added since the last writes, or goes on with that.</param>
    public void Leaving(TimeSpan now, int bytes, bool isFirst)
    {
        bytesSinceReceived += bytes;
        TimeSpan duration = DurationOf(bytes);
        TimeSpan free = (lineIsFree > now ? lineIsFree : now) + duration;
        TimeSpan latest = now + DurationOf(LongestQueue);
        lineIsFree = free < latest ? free : latest;
        writeDue = now + pingTimeout + duration;
        if (isFirst) isPingLeaving = isPingUnsent;
    }

    /// <summary>Notes that a write has ended.</summary>
    /// <param name="now">The time.</param>
    /// <param name="isLast">Whether all that was added before the first of these writes has left.</param>
    /// <param name="unacknowledged">Bytes of messages in flight.</param>
    public void Sent(TimeSpan now, bool isLast, long unacknowledged)
    {
        lastSent = now;
        if (!isLast) return;
        writeDue = null;
        if (!isPingLeaving) return;
        isPingUnsent = isPingLeaving = false;
        if (answerDue is null || isPingOfKeepAlive) lastPing = now;
        isPingOfKeepAlive = false;
        TimeSpan latest = now + DurationOf(bytesSinceReceived + unacknowledged);
        if (lineIsFree > latest) lineIsFree = latest;
        answerDue ??= (lineIsFree - ShortQueue > now ? lineIsFree - ShortQueue : now) + pingTimeout;
    }

    /// <summary>Notes that bytes came in: the server is alive, so the deadline moves.</summary>
    public void Received(TimeSpan now)
    {
        lastReceived = now;
        bytesSinceReceived = 0;
        if (answerDue < now + pingTimeout) answerDue = now + pingTimeout;
    }

    /// <summary>Notes that a whole packet came in.</summary>
    public void TookPacket() => hasTakenPacket = true;

    /// <summary>Notes that PINGRESP came in. If it came sooner than a slow line could bring it, the line is faster.</summary>
    public void Answered()
    {
        if (lineIsFree - ShortQueue > lastReceived && bytesPerSecond < FastestLine) bytesPerSecond *= 2;
        lineIsFree = lastReceived;
        answerDue = null;
        Unanswered = 0;
    }

    /// <summary>Notes that nothing is read from now on, because the application is behind: the server's silence means nothing.</summary>
    public void PauseReading() => isReadingPaused = true;

    /// <summary>Notes that reading goes on.</summary>
    public void ResumeReading(TimeSpan now)
    {
        isReadingPaused = false;
        Received(now);
    }

    private TimeSpan DurationOf(long bytes) => TimeSpan.FromTicks(bytes * TimeSpan.TicksPerSecond / bytesPerSecond);
}
