// SPDX-License-Identifier: MIT

namespace RawMqtt.Dialling;

/// <summary>Guesses, from scheme and port, which address would fit a port that did not answer as its scheme demands.</summary>
internal static class PortGuess
{
    /// <summary>Returns the address with another scheme and port, without its login, and with a path if it is one for a WebSocket.</summary>
    public static string With(MqttAddress address, MqttScheme scheme, int port)
    {
        string path = address.IsWebSocket && address.PathAndQuery != "/" ? address.PathAndQuery : "/mqtt";
        return (address with { Scheme = scheme, Port = port, PathAndQuery = path, UserName = null, Password = null }).ToString();
    }

    /// <summary>The port answered in HTTP without TLS.</summary>
    public static string PlainHttp(MqttAddress address) => $"{With(address, MqttScheme.Ws, address.Port)}{Or(address, MqttScheme.Wss, 8084)}";

    /// <summary>The port answered CONNECT in HTTP.</summary>
    public static string ForHttp(MqttAddress address)
    {
        string wss = With(address, MqttScheme.Wss, address.Port);
        return address.IsTls || address.Port is 443 or 8084 ? wss : $"{With(address, MqttScheme.Ws, address.Port)}, or {wss} if the port has TLS";
    }

    /// <summary>The port has no TLS, and nothing tells what it has.</summary>
    public static string WithoutTls(MqttAddress address) => address.Port switch
    {
        1883 => With(address, MqttScheme.Mqtt, 1883),
        8083 or 8080 or 9001 or 80 => With(address, MqttScheme.Ws, address.Port),
        _ when address.IsWebSocket => PlainHttp(address),
        _ => $"{With(address, MqttScheme.Mqtt, address.Port)}{Or(address, MqttScheme.Mqtts, 8883)}",
    };

    /// <summary>The port has TLS; a broker has WebSocket or MQTT behind it.</summary>
    public static string WithTls(MqttAddress address)
    {
        string wss = With(address, MqttScheme.Wss, address.Port);
        string mqtts = With(address, MqttScheme.Mqtts, address.Port);
        if (address.IsWebSocket || address.Port is 443 or 8084) return wss;
        return address.Port == 8883 ? mqtts : $"{mqtts}, or {wss} if it is a WebSocket port";
    }

    /// <summary>The server closed instead of answering the WebSocket handshake.</summary>
    public static string ForClosed(MqttAddress address) => (address.Scheme, address.Port) switch
    {
        (MqttScheme.Ws, 8883) => $"8883 is usually MQTT over TLS: try {With(address, MqttScheme.Mqtts, 8883)}.",
        (MqttScheme.Ws, 443 or 8084 or 8884) => $"{address.Port} is usually a TLS port: try {With(address, MqttScheme.Wss, address.Port)}.",
        (MqttScheme.Ws, _) =>
            $"The port may be MQTT without WebSocket ({With(address, MqttScheme.Mqtt, address.Port)}), or want TLS " +
            $"({With(address, MqttScheme.Wss, address.Port)}).",
        _ => $"TLS itself worked, so the port may be MQTT over TLS without WebSocket: try {With(address, MqttScheme.Mqtts, address.Port)}.",
    };

    /// <summary>The server reset TCP before it had said anything.</summary>
    public static string ForReset(MqttAddress address) =>
        address.IsTls ? $"The port may have no TLS: try {WithoutTls(address)}." : address.IsWebSocket ? ForClosed(address) : ForNoConnAck(address);

    /// <summary>The server ended the connection without CONNACK.</summary>
    public static string ForNoConnAck(MqttAddress address) => (address.Scheme, address.Port) switch
    {
        (MqttScheme.Mqtt, 8883) => $"8883 usually wants TLS: try {WithTls(address)}.",
        (MqttScheme.Mqtt, 8083 or 8080 or 9001 or 80) =>
            $"{address.Port} is usually a WebSocket port: try {With(address, MqttScheme.Ws, address.Port)}.",
        (MqttScheme.Mqtt, 8084 or 443) => $"{address.Port} is usually a WebSocket port with TLS: try {WithTls(address)}.",
        (MqttScheme.Mqtt, _) =>
            $"The port may want TLS: try {WithTls(address)}. It may be a WebSocket port: try {With(address, MqttScheme.Ws, address.Port)}. Or it refuses " +
            "this client without saying so: the server's log tells.",
        (MqttScheme.Mqtts, _) =>
            $"TLS itself worked, so the port may be a WebSocket port: try {With(address, MqttScheme.Wss, address.Port)}. Or it refuses this client without " +
            "saying so: the server's log tells.",
        _ => "It may not speak MQTT 3.1.1 at this path, or refuse this client without saying so: the server's log tells.",
    };

    /// <summary>What to try instead of the path that was given.</summary>
    public static string OtherPath(MqttAddress address)
    {
        string path = address.PathAndQuery == "/mqtt" ? "/ws" : "/mqtt";
        string servers = path == "/ws" ? "RabbitMQ has /ws, a proxy has what its locations say"
            : address.PathAndQuery == "/ws" ? "EMQX, NanoMQ and HiveMQ have /mqtt"
            : "EMQX, NanoMQ and HiveMQ have /mqtt, RabbitMQ has /ws";
        string ports = address.Port != address.DefaultPort ? ""
            : $"; and brokers usually listen on {(address.IsTls ? 8084 : 8083)} rather than {address.Port}";
        return $"{servers}: try {address with { PathAndQuery = path, UserName = null }}{ports}.";
    }

    private static string Or(MqttAddress address, MqttScheme scheme, int port) => address.Port == port ? "" : $", or {With(address, scheme, port)}";
}
