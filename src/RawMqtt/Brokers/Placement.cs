// SPDX-License-Identifier: MIT

using RawMqtt.Sessions;

namespace RawMqtt.Brokers;

/// <summary>A message whose record is noted and not committed: then its place is known.</summary>
/// <param name="Message">The message, if it is in memory; it may be given back meanwhile, and have another number.</param>
/// <param name="Session">The session in which it may stand in the journal alone; null for none.</param>
/// <param name="Number">Its number.</param>
/// <param name="Offset">Where its record stands in the buffer.</param>
/// <param name="Length">The length of the record.</param>
internal readonly record struct Placement(ApplicationMessage? Message, ServerSession? Session, long Number, int Offset, int Length);
