// SPDX-License-Identifier: MIT

using RawMqtt.Sessions.Journal;

namespace RawMqtt.Sessions;

/// <summary>A message that waits for a session and stands in the journal alone, in 24 bytes.</summary>
/// <param name="Number">Its number: messages wait in the order of their numbers.</param>
/// <param name="Place">Where its record stands.</param>
/// <param name="Flags">The QoS of the delivery, plus 4 with RETAIN.</param>
internal readonly record struct StoredMessage(long Number, JournalPlace Place, byte Flags)
{
    public QualityOfService Qos => (QualityOfService)(Flags & 3);

    public bool Retain => (Flags & 4) != 0;
}
