// SPDX-License-Identifier: MIT

using RawMqtt.Codec;
using RawMqtt.WebSockets;

namespace RawMqtt;

/// <summary>Represents a failure of a connection or of a call. The message says what was observed, the likely cause, and what to try.</summary>
public sealed class MqttException : Exception
{
    /// <summary>Creates a failure with a code and a message of one or two whole sentences.</summary>
    public MqttException(MqttErrorCode code, string message, Exception? innerException = null)
        : base(message, innerException) => Code = code;

    /// <summary>Creates the failure that a diagnosis explains.</summary>
    internal MqttException(MqttErrorCode code, MqttDiagnosis diagnosis, Exception? innerException = null)
        : this(code, diagnosis.ToString(), innerException) => Diagnosis = diagnosis;

    /// <summary>Creates the failure for a rule of MQTT that the peer broke.</summary>
    internal MqttException(ProtocolViolation violation)
        : this(MqttErrorCode.ProtocolViolation, $"The peer broke a rule of MQTT 3.1.1: {violation}.") => Rule = violation.Rule;

    /// <summary>Gets the kind of failure. The numbers do not change between versions.</summary>
    public MqttErrorCode Code { get; }

    /// <summary>Gets the diagnosis in parts: its code, the facts, what was observed, what to try; null if the failure is not of a connection.</summary>
    public MqttDiagnosis? Diagnosis { get; init; }

    /// <summary>Gets the rule that the peer broke, such as <c>MQTT-3.3.1-4</c> or <c>WS-5.2-2</c>; null if it broke none.</summary>
    public string? Rule { get; init; }

    /// <summary>Gets the return code of the CONNACK that refused the connection, section 3.2.2.3; null if none came.</summary>
    public ConnectReturnCode? ReturnCode { get; init; }

    /// <summary>Gets the HTTP status that answered the WebSocket handshake; null if none came.</summary>
    public int? HttpStatus { get; init; }

    /// <summary>Gets the code of the Close with which the server ended the WebSocket, RFC 6455 7.4; null if none came.</summary>
    public CloseCode? CloseCode { get; init; }

    /// <summary>Gets the reason in the server's Close, as the server wrote it; null or empty if it gave none.</summary>
    public string? CloseReason { get; init; }

    /// <summary>Gets whether the server ended the connection in order: not the network, a timeout or this client. A stream of the application says so with
    /// <see cref="CloseCode"/>.</summary>
    internal bool IsEndByServer { get => field || CloseCode is not null; init; }

    /// <summary>Gets whether this client ended the connection although the server and the network were well.</summary>
    internal bool IsEndByClient { get; init; }

    /// <summary>Returns a copy for another caller; a shared instance would collect the stack traces of all.</summary>
    internal MqttException Copy() => new(Code, Message, InnerException)
    {
        Diagnosis = Diagnosis,
        Rule = Rule,
        ReturnCode = ReturnCode,
        HttpStatus = HttpStatus,
        CloseCode = CloseCode,
        CloseReason = CloseReason,
        IsEndByServer = IsEndByServer,
        IsEndByClient = IsEndByClient,
    };
}
