// SPDX-License-Identifier: MIT

using RawMqtt.Sessions.Journal;

namespace RawMqtt.Sessions;

/// <summary>A message that waits for a session and stands in the journal alone, in 24 bytes.</summary>
/// <param name="Number">Its number: messages wait in the order of their numbers.</param>
/// <param name="Place">Where its record stands.</param>
/// <param name="Sharers">The number of sessions that wait for it, as its record says: each counts its part of the record.</param>
/// <param name="Flags">The QoS of the delivery, plus 4 with RETAIN.</param>
internal readonly record struct StoredMessage(long Number, JournalPlace Place, ushort Sharers, byte Flags)
{
    /// <summary>The bytes of the journal that it counts: at least 1, so that the total is 0 only when nothing stands in the journal alone.</summary>
    public int Share => Math.Max(1, Place.Length / Math.Max((ushort)1, Sharers));

    public QualityOfService Qos => (QualityOfService)(Flags & 3);

    public bool Retain => (Flags & 4) != 0;
}
