// SPDX-License-Identifier: MIT

namespace RawMqtt.WebSockets;

/// <summary>A rule of RFC 6455 that the peer broke, and the code that this endpoint closes with because of it, 7.1.7.</summary>
/// <param name="Rule">The rule by its number in spec-notes/rfc6455.md, such as <c>WS-5.1-4</c>.</param>
/// <param name="CloseCode">The code of the Close that answers it.</param>
/// <param name="Message">What the peer did.</param>
public sealed record WebSocketViolation(string Rule, CloseCode CloseCode, string Message)
{
    internal static readonly WebSocketViolation ReservedBit = Protocol("WS-5.2-2", "reserved bit set without an extension that defines it");
    internal static readonly WebSocketViolation ReservedOpcode = Protocol("WS-5.2-3", "reserved opcode");
    internal static readonly WebSocketViolation FragmentedControl = Protocol("WS-5.5-2", "fragmented control frame");
    internal static readonly WebSocketViolation ControlTooLong = Protocol("WS-5.5-1", "control frame of more than 125 bytes");
    internal static readonly WebSocketViolation Unmasked = Protocol("WS-5.1-2", "unmasked frame from a client");
    internal static readonly WebSocketViolation Masked = Protocol("WS-5.1-4", "masked frame from a server");
    internal static readonly WebSocketViolation LengthTopBit = Protocol("WS-5.2-7", "top bit of a 64-bit length set");
    internal static readonly WebSocketViolation LengthNotMinimal = Protocol("WS-5.2-8", "length not in its shortest form");
    internal static readonly WebSocketViolation NothingToContinue = Protocol("WS-5.4-6", "continuation frame outside a message");
    internal static readonly WebSocketViolation MessageInsideMessage = Protocol("WS-5.4-6", "new message inside a fragmented one");
    internal static readonly WebSocketViolation CloseBodyOfOneByte = Protocol("WS-5.5.1-1", "close frame with a body of one byte");

    internal static readonly WebSocketViolation CloseCodeUnused = Protocol("WS-7.4.2-1", "close code below 1000");
    internal static readonly WebSocketViolation CloseCode1004 = Protocol("WS-7.4.1-2", "close code 1004, which has no meaning");
    internal static readonly WebSocketViolation CloseCode1005 = Protocol("WS-7.4.1-3", "close code 1005, which is never sent");
    internal static readonly WebSocketViolation CloseCode1006 = Protocol("WS-7.4.1-4", "close code 1006, which is never sent");
    internal static readonly WebSocketViolation CloseCode1015 = Protocol("WS-7.4.1-6", "close code 1015, which is never sent");
    internal static readonly WebSocketViolation CloseCodeOfTheProtocol = Protocol("WS-7.4.2-2", "close code that the protocol has not assigned");
    internal static readonly WebSocketViolation CloseCodeOutOfRange = Protocol("WS-11.7-1", "close code above 4999");

    internal static readonly WebSocketViolation CloseReasonNotUtf8 = new("WS-8.1-1", CloseCode.InvalidPayload, "close reason that is not UTF-8");
    internal static readonly WebSocketViolation TextNotUtf8 = new("WS-8.1-1", CloseCode.InvalidPayload, "text message that is not UTF-8");
    internal static readonly WebSocketViolation TextNotAccepted =
        new("WS-7.4.1-1", CloseCode.UnacceptableData, "text message where only binary ones are taken");
    internal static readonly WebSocketViolation TooBig = new("WS-10.4-1", CloseCode.MessageTooBig, "message larger than the limit");

    private static WebSocketViolation Protocol(string rule, string message) => new(rule, CloseCode.ProtocolError, message);
}
