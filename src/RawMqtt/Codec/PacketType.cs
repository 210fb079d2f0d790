// SPDX-License-Identifier: MIT

namespace RawMqtt.Codec;

/// <summary>The fourteen control packets, 2.2.1: bits 7 to 4 of the first byte. 0 and 15 are forbidden.</summary>
public enum PacketType : byte
{
    /// <summary>3.1, client to server.</summary>
    Connect = 1,

    /// <summary>3.2, server to client.</summary>
    ConnAck = 2,

    /// <summary>3.3, either way.</summary>
    Publish = 3,

    /// <summary>3.4, either way.</summary>
    PubAck = 4,

    /// <summary>3.5, either way.</summary>
    PubRec = 5,

    /// <summary>3.6, either way.</summary>
    PubRel = 6,

    /// <summary>3.7, either way.</summary>
    PubComp = 7,

    /// <summary>3.8, client to server.</summary>
    Subscribe = 8,

    /// <summary>3.9, server to client.</summary>
    SubAck = 9,

    /// <summary>3.10, client to server.</summary>
    Unsubscribe = 10,

    /// <summary>3.11, server to client.</summary>
    UnsubAck = 11,

    /// <summary>3.12, client to server.</summary>
    PingReq = 12,

    /// <summary>3.13, server to client.</summary>
    PingResp = 13,

    /// <summary>3.14, client to server.</summary>
    Disconnect = 14,
}
