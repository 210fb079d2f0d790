// SPDX-License-Identifier: MIT

using RawMqtt.Sessions.Journal;

namespace RawMqtt.Brokers;

/// <summary>Reads the fields of a record again.</summary>
/// <returns>The fields, valid until the next call; empty if the record is damaged.</returns>
internal delegate ReadOnlySpan<byte> StoredReader(JournalPlace place);
