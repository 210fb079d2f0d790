// SPDX-License-Identifier: MIT

namespace RawMqtt.Brokers;

/// <summary>The last numbers that a <see cref="BrokerJournal"/> has given out.</summary>
internal readonly record struct JournalNumbers(uint Session, long Will, long Message);
