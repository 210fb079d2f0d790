// SPDX-License-Identifier: MIT

using RawMqtt.Brokers;

namespace RawMqtt.Serving;

/// <summary>One use of the core: holds the lock until it is disposed, then begins the flushes that follow from the use.</summary>
internal readonly ref struct CoreUse(LockedCore locked, TimeSpan now)
{
    public BrokerCore Core => locked.Core;

    /// <summary>Gets the time of this use, see <see cref="LockedCore.Now"/>.</summary>
    public TimeSpan Now { get; } = now;

    public void Dispose() => locked.Leave(Now);
}
