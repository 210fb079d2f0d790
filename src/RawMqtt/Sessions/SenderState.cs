// SPDX-License-Identifier: MIT

namespace RawMqtt.Sessions;

/// <summary>What a packet identifier that this end gave out waits for, 2.3.1 and 4.3.</summary>
internal enum SenderState : byte
{
    /// <summary>Nothing: the identifier is free.</summary>
    Free,

    /// <summary>QoS 1: PUBLISH sent, 4.3.2.</summary>
    AwaitingPubAck,

    /// <summary>QoS 2: PUBLISH sent, 4.3.3.</summary>
    AwaitingPubRec,

    /// <summary>QoS 2: PUBREL sent, 4.3.3.</summary>
    AwaitingPubComp,

    /// <summary>SUBSCRIBE sent, 3.8.4. Client only.</summary>
    AwaitingSubAck,

    /// <summary>UNSUBSCRIBE sent, 3.10.4. Client only.</summary>
    AwaitingUnsubAck,
}
