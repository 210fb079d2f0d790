// SPDX-License-Identifier: MIT

namespace RawMqtt.Clients;

/// <summary>Tells a session the time: how long ago its client was made.</summary>
internal sealed class SessionClock(TimeProvider time)
{
    private readonly long start = time.GetTimestamp();

    public TimeSpan Now => time.GetElapsedTime(start);
}
