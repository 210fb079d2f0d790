// SPDX-License-Identifier: MIT

using RawMqtt.WebSockets;

namespace RawMqtt.Transports;

/// <summary>The peer broke a rule of RFC 6455; the connection was failed, 7.1.7.</summary>
public sealed class WebSocketViolationException : IOException
{
    internal WebSocketViolationException(WebSocketViolation violation)
        : base($"The WebSocket peer broke a rule: {violation.Message} [{violation.Rule}]. Closed with {(int)violation.CloseCode}.")
    {
        Rule = violation.Rule;
        CloseCode = violation.CloseCode;
    }

    /// <summary>Gets the rule, such as <c>WS-5.2-7</c>.</summary>
    public string Rule { get; }

    /// <summary>Gets the close code that was sent to the peer.</summary>
    public CloseCode CloseCode { get; }
}
