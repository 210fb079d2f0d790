// SPDX-License-Identifier: MIT

namespace RawMqtt.WebSockets;

/// <summary>Why a WebSocket connection ended, RFC 6455 7.4. Applications may use 3000 to 4999 as well.</summary>
public enum CloseCode : ushort
{
    /// <summary>1000: the purpose of the connection is fulfilled.</summary>
    NormalClosure = 1000,

    /// <summary>1001: the server stops, or the page is left.</summary>
    GoingAway = 1001,

    /// <summary>1002: the peer broke the protocol.</summary>
    ProtocolError = 1002,

    /// <summary>1003: a kind of message that this endpoint does not take, such as text on a binary endpoint.</summary>
    UnacceptableData = 1003,

    /// <summary>1005, never on the wire: the peer's Close named no code.</summary>
    NoStatusReceived = 1005,

    /// <summary>1006, never on the wire: the connection ended without a Close.</summary>
    AbnormalClosure = 1006,

    /// <summary>1007: data that contradict their type, such as text that is not UTF-8.</summary>
    InvalidPayload = 1007,

    /// <summary>1008: against the endpoint's policy, when no other code fits.</summary>
    PolicyViolation = 1008,

    /// <summary>1009: a message larger than this endpoint takes.</summary>
    MessageTooBig = 1009,

    /// <summary>1010: the client needed an extension that the server did not agree to; the reason lists it. [WS-7.4.1-5]</summary>
    MissingExtension = 1010,

    /// <summary>1011: the server cannot go on.</summary>
    InternalError = 1011,
}
