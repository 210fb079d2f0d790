// SPDX-License-Identifier: MIT

namespace RawMqtt.Codec;

/// <summary>The server's answer to CONNECT, 3.2.2.3, table 3.1. The values 6 to 255 are reserved.</summary>
public enum ConnectReturnCode : byte
{
    /// <summary>The server accepts the client.</summary>
    Accepted = 0,

    /// <summary>The server does not support the protocol level that the client asked for.</summary>
    UnacceptableProtocolVersion = 1,

    /// <summary>The client identifier is well-formed, but the server does not allow it.</summary>
    IdentifierRejected = 2,

    /// <summary>The network connection was made, but the MQTT service is unavailable.</summary>
    ServerUnavailable = 3,

    /// <summary>The user name or the password is wrong.</summary>
    BadUserNameOrPassword = 4,

    /// <summary>The client is not authorized to connect.</summary>
    NotAuthorized = 5,
}
