// SPDX-License-Identifier: MIT

namespace RawMqtt.Sessions;

/// <summary>The client's clockwork, 3.1.2.10: PINGREQ before either end has been silent for too long, and a deadline for the answer.</summary>
/// <remarks>What was sent counts, whatever it was; and whatever comes in is a sign of life, not only PINGRESP.</remarks>
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

    /// <summary>When a PINGREQ is to be sent: a little before <c>interval</c> is over, so that no late timer breaks [MQTT-3.1.2-23].</summary>
    private TimeSpan PingDue => SilentSince + interval - (interval / 4 < LongestMargin ? interval / 4 : LongestMargin);

    /// <summary>Since when one of the two says nothing. Silence of the server says nothing while it is not read from, and is looked into once a PINGREQ waits.</summary>
    private TimeSpan SilentSince => isReadingPaused || answerDue is not null || lastSent < lastReceived ? lastSent : lastReceived;

    private TimeSpan? AnswerDue => isReadingPaused ? null : answerDue;

    /// <summary>Whether a PINGREQ is to be sent now.</summary>
    public bool IsPingDue(TimeSpan now) => interval > TimeSpan.Zero && now >= PingDue;

    /// <summary>Whether the server has been silent for too long after a PINGREQ: the connection is to be closed.</summary>
    public bool IsExpired(TimeSpan now) => AnswerDue is TimeSpan due && now >= due;

    /// <summary>Control packets went out.</summary>
    public void Sent(TimeSpan now) => lastSent = now;

    /// <summary>A PINGREQ went out: an answer is due from now on.</summary>
    public void PingSent(TimeSpan now)
    {
        lastSent = now;
        answerDue ??= now + pingTimeout;
    }

    /// <summary>Bytes came in: the server lives, so the deadline moves.</summary>
    public void Received(TimeSpan now)
    {
        lastReceived = now;
        if (answerDue is not null) answerDue = now + pingTimeout;
    }

    /// <summary>PINGRESP came in.</summary>
    public void Answered() => answerDue = null;

    /// <summary>Nothing is read from now on, because the application is behind: silence says nothing about the server.</summary>
    public void PauseReading() => isReadingPaused = true;

    /// <summary>Reading goes on.</summary>
    public void ResumeReading(TimeSpan now)
    {
        isReadingPaused = false;
        Received(now);
    }
}
