// SPDX-License-Identifier: MIT

namespace RawMqtt.Cli.Captures;

/// <summary>Tells the time of the packet that is being read.</summary>
internal sealed class CaptureClock : TimeProvider
{
    public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch;

    public override DateTimeOffset GetUtcNow() => Now;
}
