// SPDX-License-Identifier: MIT

namespace RawMqtt.Codec;

/// <summary>The answer to a CONNECT, 3.2.2.3, table 3.1. 6 to 255 are reserved.</summary>
public enum ConnectReturnCode : byte
{
    /// <summary>Connected.</summary>
    Accepted = 0,

    /// <summary>The server does not speak this level of the protocol.</summary>
    UnacceptableProtocolVersion = 1,

    /// <summary>The client identifier is well-formed but not allowed.</summary>
    IdentifierRejected = 2,

    /// <summary>The network connection stands, but the MQTT service does not.</summary>
    ServerUnavailable = 3,

    /// <summary>The user name or the password is wrong.</summary>
    BadUserNameOrPassword = 4,

    /// <summary>The client may not connect.</summary>
    NotAuthorized = 5,
}
