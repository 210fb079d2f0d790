// SPDX-License-Identifier: MIT

using RawMqtt.Brokers;
using RawMqtt.Codec;
using RawMqtt.Dialling;
using RawMqtt.WebSockets;

namespace RawMqtt.Serving;

/// <summary>The settings, here or at the client, that make a refused connection work. The names are those of the library, and of the tool in
/// parentheses.</summary>
internal static class ReportHints
{
    private const string AllowOrigin = "AllowedOrigins (--allow-origin) lets the pages of an origin connect";

    /// <summary>Returns what lets a refused handshake in; null if no setting does.</summary>
    public static string? Of(HandshakeRefusal refusal) => refusal.OriginFault switch
    {
        OriginFault.OtherOrigin => AllowOrigin,
        OriginFault.Opaque =>
            "file pages and sandboxed frames of any site have this origin: serve the page by HTTP; AllowedOrigins * (--allow-origin *) takes all",
        OriginFault.ReboundName => $"the connection came to a loopback address, and Host names another one. {AllowOrigin}",
        OriginFault.UntrustedProxy => $"if the proxy is yours, name it in TrustedProxies (--trusted-proxy). {AllowOrigin}",
        OriginFault.UnknownHost => $"HostNames (--host-name) has the hosts that are yours. {AllowOrigin}",
        OriginFault.WithoutTls => $"the page came without TLS, and this connection has TLS: load the page by https. {AllowOrigin}",
        _ when refusal.Status == 404 => "the paths are those of Listeners and WebSocketPaths (--path)",
        _ when refusal.Rule == "WS-4.2.2-6" => "AllowMissingSubprotocol takes clients that offer no subprotocol",
        _ => null,
    };

    /// <summary>Returns what helps a client whose connection has ended; null if no setting does.</summary>
    public static string? Of(BrokerConnection connection, ServedConnection served)
    {
        ProtocolViolation? violation = connection.Violation;
        if (violation == ProtocolViolation.UnsupportedProtocolLevel || violation == ProtocolViolation.OlderProtocolName)
            return "the client does not speak MQTT 3.1.1: set its protocol version to 3.1.1 (WithProtocolVersion, protocolVersion: 4, -V mqttv311)";
        if (connection.Limit == nameof(MqttBrokerLimits.MaxPacketLength)) return "MaxPacketLength (--max-packet) allows longer packets";
        if (connection.End == MqttConnectionEnd.NoRoom && connection.Limit == nameof(MqttBrokerLimits.MaxJournalLength))
            return "messages of clients that are away fill the journal; MaxJournalLength allows a longer one";
        if (connection.End == MqttConnectionEnd.NoRoom) return "the disk takes nothing: see the line journal-failed";
        if (connection.End == MqttConnectionEnd.QueueFull) return "the client did not take its messages: its session has ended, see the line session-ended";
        if (violation is null && connection.RefusedWith is { } code) return Of(code);
        if (served.TlsFault is { } tls) return OfTls(tls, TlsAlert.Find([], served.Fault));
        bool hasSentNothing = connection is { End: MqttConnectionEnd.Lost, BytesReceived: 0 } && served.IsTls && served.WebSocketFault is null;
        return hasSentNothing ? "the client sent nothing after the TLS handshake: it may not trust the certificate" : null;
    }

    /// <summary>Returns what makes the clients of a proxy known.</summary>
    public static string OfProxy(bool isTrusted) => isTrusted
        ? "the trusted proxy names no client in ProxyHeader (--proxy-header): its clients do not count as local, so that AllowAnonymous is off for them"
        : "clients that it forwards do not count as local; name it in TrustedProxies (--trusted-proxy) if it is yours";

    private static string? Of(ConnectReturnCode code) => code switch
    {
        ConnectReturnCode.IdentifierRejected => "the client identifier is that of another user's session; SharesClientIds lets the newer client have it",
        ConnectReturnCode.BadUserNameOrPassword => "the user name or password is wrong",
        ConnectReturnCode.NotAuthorized =>
            "the client gave no user name, or Authenticate refused it; AllowAnonymous (--allow-anonymous) takes clients without one",
        _ => null,
    };

    private static string OfTls(string fault, int? alert)
    {
        if (TlsAlert.IsAboutCertificate(alert))
            return "the client refused the certificate: it must trust the authority, and the certificate must have the name that the client connects to";
        if (alert == TlsAlert.NoApplicationProtocol)
            return "client and broker must have an application protocol (ALPN) in common: the broker has those that ConfigureTls sets";
        return fault.Contains("frame", StringComparison.Ordinal)
            ? "the client does not speak TLS: its address must begin with wss or mqtts on this port"
            : "client and broker must have a version and a cipher of TLS in common";
    }
}
