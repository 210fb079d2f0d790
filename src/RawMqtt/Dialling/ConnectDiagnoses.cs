// SPDX-License-Identifier: MIT

using static RawMqtt.MqttErrorCode;

namespace RawMqtt.Dialling;

/// <summary>The catalogue of diagnoses: what came in place of a CONNACK that accepts, and how an accepted connection ended.</summary>
internal static class ConnectDiagnoses
{
    public static DiagnosisEntry Refused1 => new("mqtt.refused.1", ConnectRefused, "{server} does not speak MQTT 3.1.1 (return code 1).",
        "It may want MQTT 5 or 3.1, which this client does not speak.", "Switch MQTT 3.1.1 on at the server.");

    public static DiagnosisEntry Refused2 => new("mqtt.refused.2", ConnectRefused, "{server} does not accept the client identifier (return code 2).", "",
        "Try another ClientId: 1 to 23 letters and digits are accepted everywhere.");

    public static DiagnosisEntry Refused3 => new("mqtt.refused.3", ConnectRefused,
        "{server} is reachable, but its MQTT service is not available now (return code 3).", "", "Try again later.");

    public static DiagnosisEntry Refused4 => new("mqtt.refused.4", ConnectRefused,
        "{server} says that the user name or the password is wrong (return code 4).", "", "Check UserName and Password.");

    public static DiagnosisEntry Refused5 => new("mqtt.refused.5", ConnectRefused, "{server} does not let this client connect (return code 5).",
        "A user name and password may be missing or wrong, or the client identifier is not allowed.", "Give UserName and Password.");

    public static DiagnosisEntry Version5 => new("mqtt.version-5", MqttNotSpoken, "The server at {url} answered CONNECT in MQTT 5: {bytes}{reason}.",
        "This client speaks MQTT 3.1.1.", "Switch MQTT 3.1.1 on at the server.");

    public static DiagnosisEntry AnsweredHttp => new("mqtt.answered-http", MqttNotSpoken, "The port of {url} answered CONNECT with {answer}.",
        "So it may be a WebSocket port.", "Try {try}.");

    public static DiagnosisEntry AnsweredHttpWantsTls => new("mqtt.answered-http-wants-tls", MqttNotSpoken,
        "The port of {url} answered CONNECT with {answer}.", "So it may be a WebSocket port with TLS.", "Try {try}.");

    public static DiagnosisEntry AnsweredTls => new("mqtt.answered-tls", MqttNotSpoken,
        "The port of {url} answered CONNECT with a TLS record, {bytes}, so it wants TLS.", "", "Try {try}.");

    public static DiagnosisEntry OtherBytes => new("mqtt.other-bytes", MqttNotSpoken,
        "The port of {url} answered CONNECT with {bytes}. {reason}", "It may not speak MQTT 3.1.1.",
        "Check the port; brokers usually have 1883 for mqtt, 8883 for mqtts, 8083 for ws and 8084 for wss.");

    public static DiagnosisEntry WebSocketFault => new("mqtt.websocket-fault", ProtocolViolation,
        "The server at {url} broke a rule of WebSocket after the handshake: {reason}", "This endpoint probably speaks another protocol than MQTT.",
        "Check the path {path}. {paths}");

    public static DiagnosisEntry Closed => new("mqtt.closed", MqttNotSpoken, "The server at {url} closed the connection without answering CONNECT.", "",
        "{guess}");

    public static DiagnosisEntry ClosedWithCode => new("mqtt.closed-with-code", MqttNotSpoken, "{told} The server at {url} had not answered CONNECT.", "",
        "{guess}");

    public static DiagnosisEntry Lost => new("lost.closed", ConnectionLost, "{ended}", "", "");

    public static DiagnosisEntry LostAfterSubscribe => new("lost.after-subscribe", ConnectionLost, "{ended} The last packet to it was SUBSCRIBE.",
        "Some servers close when a filter is not allowed or not supported, when one SUBSCRIBE has too many filters, or when the packet is too large.",
        "Subscribe to one filter at a time to find the one that is refused.");

    public static DiagnosisEntry LostAfterPublish => new("lost.after-publish", ConnectionLost, "{ended} The last packet to it was PUBLISH.",
        "Some servers close when the client may not publish to the topic, or when the packet is larger than they take.",
        "Publish something short to another topic to tell the two apart.");
}
