// SPDX-License-Identifier: MIT

namespace RawMqtt.Sessions;

/// <summary>Decides when the client sends PINGREQ, and when a missing answer ends the connection, 3.1.2.10.</summary>
/// <remarks>Every packet that was sent counts, and every byte that comes in is a sign of life, not only PINGRESP.</remarks>
/// <param name="interval">The Keep Alive of the CONNECT; zero: nothing is ever due.</param>
/// <param name="pingTimeout">How long the server may be silent after a PINGREQ.</param>
internal sealed class KeepAlive(TimeSpan interval, TimeSpan pingTimeout)
{
    private static readonly TimeSpan LongestMargin = TimeSpan.FromSeconds(1);

    private TimeSpan lastSent;
    private TimeSpan lastReceived;
    private TimeSpan? answerDue;
    private bool isReadingPaused;

    /// <summary>When <see cref="IsPingDue"/> or <see cref="IsExpired"/> can next become true; null: never.</summary>
    public TimeSpan? NextDeadline =>
        interval == TimeSpan.Zero ? AnswerDue :
        AnswerDue is TimeSpan due && due < PingDue ? due :
        PingDue;

    /// <summary>When a PINGREQ is due: a little before <c>interval</c> is over, so that a late timer does not break [MQTT-3.1.2-23].</summary>
    private TimeSpan PingDue => SilentSince + interval - (interval / 4 < LongestMargin ? interval / 4 : LongestMargin);

    /// <summary>The start of the silence: the earlier of the last byte sent and the last byte received. The latter does not count while reading is paused or
    /// a PINGREQ is outstanding.</summary>
    private TimeSpan SilentSince => isReadingPaused || answerDue is not null || lastSent < lastReceived ? lastSent : lastReceived;

    private TimeSpan? AnswerDue => isReadingPaused ? null : answerDue;

    /// <summary>Whether a PINGREQ is due.</summary>
    public bool IsPingDue(TimeSpan now) => interval > TimeSpan.Zero && now >= PingDue;

    /// <summary>Whether the server has been silent for too long after a PINGREQ: the client closes the connection.</summary>
    public bool IsExpired(TimeSpan now) => AnswerDue is TimeSpan due && now >= due;

    /// <summary>Notes that control packets were sent.</summary>
    public void Sent(TimeSpan now) => lastSent = now;

    /// <summary>Notes that a PINGREQ was sent: the time for its answer begins.</summary>
    public void PingSent(TimeSpan now)
    {
        lastSent = now;
        answerDue ??= now + pingTimeout;
    }

    /// <summary>Notes that bytes came in: the server is alive, so the deadline moves.</summary>
    public void Received(TimeSpan now)
    {
        lastReceived = now;
        if (answerDue is not null) answerDue = now + pingTimeout;
    }

    /// <summary>Notes that PINGRESP came in.</summary>
    public void Answered() => answerDue = null;

    /// <summary>Notes that nothing is read from now on, because the application is behind: the server's silence means nothing.</summary>
    public void PauseReading() => isReadingPaused = true;

    /// <summary>Notes that reading goes on.</summary>
    public void ResumeReading(TimeSpan now)
    {
        isReadingPaused = false;
        Received(now);
    }
}
