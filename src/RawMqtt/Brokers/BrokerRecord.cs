// SPDX-License-Identifier: MIT

namespace RawMqtt.Brokers;

/// <summary>What a record of a broker's journal says; the numbers stand in files. Kept sessions have a number, from 1 on.</summary>
/// <remarks>Fields are little-endian and stand in the order in which they are listed; the last one takes the rest. A user is a length (2 bytes; 65535: no user
/// name) and that many bytes.</remarks>
internal enum BrokerRecord : byte
{
    /// <summary>A kept session has begun. Fields: session (4), user, client identifier.</summary>
    SessionBegun = 1,

    /// <summary>A session was discarded. Field: session (4).</summary>
    SessionDiscarded = 2,

    /// <summary>The client of a session has gone away. Fields: session (4), seconds since 1970 (8).</summary>
    SessionLeft = 3,

    /// <summary>The client of a session is back. Field: session (4).</summary>
    SessionResumed = 4,

    /// <summary>A subscription. Fields: session (4), QoS (1), topic filter.</summary>
    Subscribed = 5,

    /// <summary>A subscription has ended. Fields: session (4), topic filter.</summary>
    Unsubscribed = 6,

    /// <summary>A message, with all that follows from it. Fields: <see cref="PublishedFlags"/> (1); its number (8); with Received: the session that published
    /// it (4) and its packet identifier (2); with OfWill: the number of the Will (8); with Retained: the length of its owner's name (2) and the name;
    /// the number of deliveries (4) and for each the session (4), the packet identifier or 0 if it waits (2), and QoS, plus 4 with RETAIN (1);
    /// the length of the topic (2), topic, payload.</summary>
    Published = 7,

    /// <summary>Messages that waited are sent. Fields: session (4), and for each its number (8) and its packet identifier (2).</summary>
    Sent = 8,

    /// <summary>PUBACK or PUBCOMP came. Fields: session (4), the first and the last packet identifier (2 and 2), as in the next two.</summary>
    Acknowledged = 9,

    /// <summary>PUBREC came: PUBREL is sent, and the message is not.</summary>
    Released = 10,

    /// <summary>PUBREL came: the identifiers may come again with other messages.</summary>
    ReceivedReleased = 11,

    /// <summary>A QoS 2 message came in that is for nobody. Fields: session (4), packet identifier (2).</summary>
    Received = 12,

    /// <summary>A connection has a Will. Fields: its number (8); QoS, plus 4 with RETAIN (1); user; the length of the client identifier (2) and the client
    /// identifier; the length of the topic (2), topic, payload.</summary>
    WillSet = 13,

    /// <summary>A Will is void: DISCONNECT came, or its client may not write to the topic. Field: its number (8).</summary>
    WillEnded = 14,

    /// <summary>A message no longer waits for a session. Fields: session (4), its number (8).</summary>
    Dropped = 15,

    /// <summary>A session as it is, carried forward: it takes the place of what was noted of its identifiers. Fields: session (4); seconds since 1970 (8; 0:
    /// its client is connected); user; the length of the client identifier (2) and the client identifier; the number of identifiers that wait for
    /// PUBCOMP (4), and each (2), in the order of their PUBRECs; then each identifier that was received and not released (2).</summary>
    SessionCarried = 16,
}
