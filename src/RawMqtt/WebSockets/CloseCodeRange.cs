// SPDX-License-Identifier: MIT

namespace RawMqtt.WebSockets;

/// <summary>Which close codes may be sent, 7.4.1 and 7.4.2.</summary>
internal static class CloseCodeRange
{
    /// <summary>Whether a Close frame may carry the code.</summary>
    public static bool MayBeOnTheWire(this CloseCode code) => code.Violation() is null;

    /// <summary>The rule that keeps the code out of a Close frame; null when there is none. 1012 to 1014 were registered with IANA after the RFC.</summary>
    public static WebSocketViolation? Violation(this CloseCode code) => (ushort)code switch
    {
        < 1000 => WebSocketViolation.CloseCodeUnused,                   // [WS-7.4.2-1]
        1004 => WebSocketViolation.CloseCode1004,                       // [WS-7.4.1-2]
        1005 => WebSocketViolation.CloseCode1005,                       // [WS-7.4.1-3]
        1006 => WebSocketViolation.CloseCode1006,                       // [WS-7.4.1-4]
        1015 => WebSocketViolation.CloseCode1015,                       // [WS-7.4.1-6]
        <= 1014 => null,                                                // [WS-7.4.1-1]
        <= 2999 => WebSocketViolation.CloseCodeOfTheProtocol,           // [WS-7.4.2-2]
        <= 4999 => null,                                                // [WS-7.4.2-3]
        _ => WebSocketViolation.CloseCodeOutOfRange,                    // [WS-11.7-1]
    };
}
