// SPDX-License-Identifier: MIT

namespace RawMqtt.Codec;

/// <summary>The types of the control packets, 2.2.1: bits 7 to 4 of the first byte. The values 0 and 15 are forbidden.</summary>
public enum PacketType : byte
{
    /// <summary>The client asks for a session, 3.1. Client to server.</summary>
    Connect = 1,

    /// <summary>The server accepts or refuses the client, 3.2. Server to client.</summary>
    ConnAck = 2,

    /// <summary>An application message, 3.3. Both directions.</summary>
    Publish = 3,

    /// <summary>The receiver has a message of QoS 1, 3.4. Both directions.</summary>
    PubAck = 4,

    /// <summary>The receiver has a message of QoS 2, 3.5. Both directions.</summary>
    PubRec = 5,

    /// <summary>The sender of a message of QoS 2 has seen PUBREC, 3.6. Both directions.</summary>
    PubRel = 6,

    /// <summary>The receiver has finished a message of QoS 2, 3.7. Both directions.</summary>
    PubComp = 7,

    /// <summary>The client asks for the messages of topic filters, 3.8. Client to server.</summary>
    Subscribe = 8,

    /// <summary>The server answers SUBSCRIBE, 3.9. Server to client.</summary>
    SubAck = 9,

    /// <summary>The client ends subscriptions, 3.10. Client to server.</summary>
    Unsubscribe = 10,

    /// <summary>The server answers UNSUBSCRIBE, 3.11. Server to client.</summary>
    UnsubAck = 11,

    /// <summary>The client asks whether the server is alive, 3.12. Client to server.</summary>
    PingReq = 12,

    /// <summary>The server answers PINGREQ, 3.13. Server to client.</summary>
    PingResp = 13,

    /// <summary>The client ends the connection, 3.14. Client to server.</summary>
    Disconnect = 14,
}
