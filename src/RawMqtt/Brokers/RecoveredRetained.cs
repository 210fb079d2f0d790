// SPDX-License-Identifier: MIT

using RawMqtt.Sessions.Journal;

namespace RawMqtt.Brokers;

/// <summary>A retained message as its record says.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Place">Where its record stands.</param>
/// <param name="Owner">Whose it is; null for the program.</param>
internal readonly record struct RecoveredRetained(long Number, JournalPlace Place, byte[]? Owner);
