// SPDX-License-Identifier: MIT

using RawMqtt.Transports;
using RawMqtt.WebSockets;

namespace RawMqtt.Clients;

/// <summary>Chooses the WebSocket close code with which the client ends a connection. RFC 6455 7.4.1</summary>
internal static class ClientCloseCode
{
    /// <summary>Closes this end with a code that tells the server what was wrong.</summary>
    public static Task CloseAsync(WebSocketStream stream, MqttException? reason) => reason?.Code switch
    {
        MqttErrorCode.ProtocolViolation => stream.CloseAsync(CloseCode.ProtocolError, reason.Rule ?? ""),
        MqttErrorCode.PacketTooLarge => stream.CloseAsync(CloseCode.MessageTooBig),
        _ => stream.CloseAsync(),
    };
}
