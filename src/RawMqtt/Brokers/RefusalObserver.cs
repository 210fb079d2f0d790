// SPDX-License-Identifier: MIT

namespace RawMqtt.Brokers;

/// <summary>Receives what was refused to a client last (publish, subscribe, will or share) with its topic or filter, and how much since the last
/// report.</summary>
internal delegate void RefusalObserver(Subscriber subscriber, string action, ReadOnlySpan<byte> topic, long count);
