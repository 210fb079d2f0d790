// SPDX-License-Identifier: MIT

using RawMqtt.Codec;

namespace RawMqtt;

/// <summary>A failure of a connection or of what was asked over it: what was observed, the likely cause, and what to try.</summary>
public sealed class MqttException : Exception
{
    /// <summary>A failure with its code; <paramref name="message"/> is one or two whole sentences.</summary>
    public MqttException(MqttErrorCode code, string message, Exception? innerException = null)
        : base(message, innerException) => Code = code;

    /// <summary>A peer broke a rule.</summary>
    internal MqttException(ProtocolViolation violation)
        : this(MqttErrorCode.ProtocolViolation, $"The peer broke a rule of MQTT 3.1.1: {violation}.") => Rule = violation.Rule;

    /// <summary>What went wrong; stable, for programs.</summary>
    public MqttErrorCode Code { get; }

    /// <summary>The rule that was broken, such as <c>MQTT-3.3.1-4</c>; null when none was.</summary>
    public string? Rule { get; init; }

    /// <summary>The return code of the CONNACK that refused, 3.2.2.3; null when none came.</summary>
    public ConnectReturnCode? ReturnCode { get; init; }

    /// <summary>The HTTP status that answered the WebSocket handshake; null when none came.</summary>
    public int? HttpStatus { get; init; }

    /// <summary>The same for another caller: one that is thrown to many gathers the stack traces of all of them.</summary>
    internal MqttException Copy() => new(Code, Message, InnerException) { Rule = Rule, ReturnCode = ReturnCode, HttpStatus = HttpStatus };
}
