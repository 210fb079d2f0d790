// SPDX-License-Identifier: MIT

namespace RawMqtt.Sessions;

/// <summary>What a record of a <see cref="SessionJournal"/> says; the numbers stand in files.</summary>
internal enum JournalRecord : byte
{
    /// <summary>The first record: whose session this is. Fields: the client identifier.</summary>
    Owner = 1,

    /// <summary>A message that will be sent. Fields: its number (8 bytes), QoS and RETAIN (1), the topic's length (2), topic, payload.</summary>
    Queued = 2,

    /// <summary>A message is sent. Fields: its number (8), its packet identifier (2).</summary>
    Sent = 3,

    /// <summary>A message will not be sent. Field: its number (8).</summary>
    Dropped = 4,

    /// <summary>PUBREC came for what was sent. Field: the packet identifier (2), as in all below.</summary>
    Released = 5,

    /// <summary>What was sent is over: PUBACK or PUBCOMP came, or the message was given up.</summary>
    Delivered = 6,

    /// <summary>The application has processed a QoS 2 message that came in.</summary>
    Received = 7,

    /// <summary>PUBREL came: its identifier may come again with another message.</summary>
    ReceivedReleased = 8,

    /// <summary>All that was <see cref="Received"/> is void: the server has forgotten the session. No field.</summary>
    ReceivedForgotten = 9,

    /// <summary>A QoS 2 message that came in goes to the application. Fields: its number (8), its packet identifier (2).</summary>
    HandedOver = 10,

    /// <summary>A message that came in is kept here until the application takes it, and is answered. Fields: as <see cref="Queued"/>.</summary>
    Stored = 11,

    /// <summary>The application is done with a <see cref="Stored"/> message. Field: its number (8).</summary>
    StoredDone = 12,

    /// <summary>All numbers so far are below this one. Field: the number (8).</summary>
    NextNumber = 13,
}
