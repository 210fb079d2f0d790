// SPDX-License-Identifier: MIT

using static RawMqtt.MqttErrorCode;

namespace RawMqtt.Dialling;

/// <summary>The catalogue of diagnoses: name service, TCP, TLS and the WebSocket handshake.</summary>
internal static class ServerDiagnoses
{
    private const string Answered = "The server answered the WebSocket handshake of {url} with {answer}.";
    private const string Directives = "in nginx the location needs proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; " +
        "proxy_set_header Connection \"upgrade\"; with straight quotes";

    public static DiagnosisEntry NameUnknown => new("name.unknown", NameNotResolved, "The name service knows no address of the host \"{host}\".", "",
        "Check its spelling, and the network of this machine.");

    public static DiagnosisEntry Refused => new("tcp.refused", ConnectionRefused, "No TCP connection to {url} ({tried}).", "",
        "Check that the broker runs and listens on this port.");

    public static DiagnosisEntry RefusedDefaultPort => new("tcp.refused-default-port", ConnectionRefused, "No TCP connection to {url} ({tried}).",
        "Port {port} is the default of {scheme}, and brokers usually listen on {usual}.", "Try {try}, or write the port if it is another.");

    public static DiagnosisEntry Refused8884 => new("tcp.refused-8884", ConnectionRefused, "No TCP connection to {url} ({tried}).",
        "8883 is the port of MQTT over TLS; 8884 is that of no broker by default (test.mosquitto.org wants client certificates there).", "Try {try}.");

    public static DiagnosisEntry Unreachable => new("tcp.unreachable", HostUnreachable, "No TCP connection to {url} ({tried}).", "",
        "Check the host, the network and any firewall between.");

    public static DiagnosisEntry Reset => new("tcp.reset", HostUnreachable,
        "TCP to {url} stood, and the other end reset it without a byte where {awaited} was due.",
        "A server that wants another protocol does that, and a proxy or container without a broker behind it.", "{guess}");

    public static DiagnosisEntry TimeoutName => new("timeout.name", ConnectTimeout,
        "No connection{to} within {timeout} s: still waiting for the name service{after}.", "", "Check the host and the name service of this machine.");

    public static DiagnosisEntry TimeoutTcp => new("timeout.tcp", ConnectTimeout, "No connection{to} within {timeout} s: still waiting for TCP{after}.", "",
        "A firewall may drop what is sent to this port.");

    public static DiagnosisEntry TimeoutTls => new("timeout.tls", ConnectTimeout,
        "No connection{to} within {timeout} s: still waiting for the TLS handshake{after}.", "", "The port may not speak TLS.");

    public static DiagnosisEntry TimeoutWebSocket => new("timeout.websocket", ConnectTimeout,
        "No connection{to} within {timeout} s: still waiting for the answer to the WebSocket handshake{after}.", "", "The port may not be a WebSocket one.");

    public static DiagnosisEntry TimeoutConnAck => new("timeout.connack", ConnectTimeout,
        "No connection{to} within {timeout} s: still waiting for CONNACK{after}.", "The server took the connection and did not answer CONNECT.",
        "It may not speak MQTT on this port.");

    public static DiagnosisEntry TimeoutFunction => new("timeout.application", ConnectTimeout,
        "No connection{to} within {timeout} s: still waiting for {function}{after}.", "", "It is the application's function, and has not returned.");

    public static DiagnosisEntry TlsAnsweredHttp => new("tls.answered-http", TlsNotSpoken,
        "The port of {url} answered the TLS handshake with plain {answer}.", "So it has no TLS.", "Try {try}.");

    public static DiagnosisEntry TlsClosed => new("tls.closed", TlsNotSpoken,
        "The server at {url} closed the connection during the TLS handshake without one byte.", "So its port probably has no TLS.", "Try {try}.");

    public static DiagnosisEntry TlsOtherBytes => new("tls.other-bytes", TlsNotSpoken,
        "The port of {url} answered the TLS handshake with {bytes}, and that is not TLS.", "", "Try {try}.");

    public static DiagnosisEntry TlsVersion => new("tls.version", TlsFailed, "The server at {url} ended the TLS handshake with alert {alert}.",
        "The two ends have no TLS version in common.",
        "The client speaks what this machine's TLS allows, usually 1.2 and 1.3: the server may only have older ones.");

    public static DiagnosisEntry TlsName => new("tls.name-not-served", TlsFailed, "The server at {url} ended the TLS handshake with alert {alert}.",
        "It serves no host with the name that was sent (SNI).", "Write the host as the server knows it, or set ServerName.");

    public static DiagnosisEntry TlsProtocol => new("tls.no-http", TlsFailed, "The server at {url} ended the TLS handshake with alert {alert}.",
        "It takes no HTTP/1.1 on this port, so it is no WebSocket port.", "Try {try}.");

    public static DiagnosisEntry TlsAlerted => new("tls.alert", TlsFailed, "The server at {url} ended the TLS handshake with alert {alert}.",
        "The two ends may have no cipher suite in common, or the server may want a client certificate.",
        "Look at it with: openssl s_client -connect {authority}");

    public static DiagnosisEntry TlsHandshakeFailed => new("tls.failed", TlsFailed, "The TLS handshake with {url} failed: {reason}.",
        "The two ends may have no TLS version in common, or the server may want a client certificate.",
        "Look at it with: openssl s_client -connect {authority}");

    public static DiagnosisEntry CertificateWanted => new("tls.client-certificate-wanted", TlsFailed,
        "The server at {url} asked for a client certificate, got none, and {ended}.", "So it lets in only clients that show one.",
        "Name one, and its key, in CertificateFile and KeyFile.");

    public static DiagnosisEntry CertificateRefused => new("tls.client-certificate-refused", TlsFailed,
        "The server at {url} refused the client certificate, and {ended}.",
        "It may have been issued by an authority that the server does not trust, or be out of date.",
        "Check with the server's owner which authority it takes, and the file in CertificateFile with: openssl x509 -text -in FILE");

    public static DiagnosisEntry Banner => new("port.other-protocol", MqttNotSpoken, "The port of {url} sent {bytes} where {awaited} was due.",
        "It is {program}: no scheme of MQTT fits this port.",
        "Check the port; brokers usually have 1883 for mqtt, 8883 for mqtts, 8083 for ws and 8084 for wss.");

    public static DiagnosisEntry HttpOtherBytes => new("http.other-bytes", WebSocketNotSpoken,
        "The port of {url} answered the WebSocket handshake with {bytes}, and that is not HTTP.", "", "Check that the port is the broker's WebSocket port.");

    public static DiagnosisEntry HttpAnsweredTls => new("http.answered-tls", WebSocketNotSpoken,
        "The port of {url} answered with a TLS record, so it wants TLS.", "", "Try {try}.");

    public static DiagnosisEntry HttpClosed => new("http.closed", WebSocketNotSpoken,
        "The server at {url} closed the connection instead of answering the WebSocket handshake.", "", "{guess}");

    public static DiagnosisEntry HttpWantsTls => new("http.wants-tls", UpgradeRefused, Answered, "The port wants TLS.", "Try {try}.");

    public static DiagnosisEntry Http200 => new("http.200", UpgradeRefused, Answered,
        "So a web server answered, and not a broker's WebSocket. The path in the address is {path}.", "{paths}");

    public static DiagnosisEntry HttpRedirect => new("http.redirect", UpgradeRefused, Answered,
        "It points elsewhere{location}, and is not followed by itself.", "Write that address if you trust it.");

    public static DiagnosisEntry Http400 => new("http.400", UpgradeRefused, Answered, "The path in the address is {path}.",
        "The words of the server say what it misses; if they do not: {paths}");

    public static DiagnosisEntry Http401 => new("http.401", UpgradeRefused, Answered, "It wants an HTTP login{challenge}.",
        "Give an Authorization header in RequestHeaders: \"Basic \" and the base64 of USER:PASSWORD, or \"Bearer \" and a token.");

    public static DiagnosisEntry Http403 => new("http.403", UpgradeRefused, Answered, "It does not let this client in.",
        "Check the Origin header in RequestHeaders, and the access rules of the server or of a proxy before it.");

    public static DiagnosisEntry Http404 => new("http.404", UpgradeRefused, Answered, "The path in the address is {path}.", "{paths}");

    public static DiagnosisEntry Http407 => new("http.407", UpgradeRefused, Answered, "A proxy on the way wants a login.",
        "Give a Proxy-Authorization header in RequestHeaders.");

    public static DiagnosisEntry HttpUpgradeLost => new("http.upgrade-lost", UpgradeRefused, Answered,
        "The client asked for the upgrade, so a proxy between has probably dropped the headers Upgrade and Connection.", "Correct the proxy: " + Directives +
        ".");

    public static DiagnosisEntry Http431 => new("http.431", UpgradeRefused, Answered, "The request is too large for it.",
        "Send fewer or shorter fields in RequestHeaders, and a shorter path.");

    public static DiagnosisEntry Http502 => new("http.502", UpgradeRefused, Answered,
        "A proxy answered in place of the broker: the broker does not run there, or closes because it got no request to upgrade.",
        "Check the address behind the proxy, and that it passes on the headers Upgrade and Connection: " + Directives + ".");

    public static DiagnosisEntry Http503 => new("http.503", UpgradeRefused, Answered, "It has too much to do.", "Try again later.");

    public static DiagnosisEntry Http505 => new("http.505", UpgradeRefused, Answered, "The client spoke HTTP/1.1, so a proxy between has made it HTTP/1.0.",
        "Correct the proxy: " + Directives + ".");

    public static DiagnosisEntry HttpOther => new("http.other", UpgradeRefused, Answered, "", "Check the host, the port and the path {path}.");

    public static DiagnosisEntry HttpWrong101 => new("http.wrong-101", UpgradeRefused, "The WebSocket handshake with {url} failed: {reason} [{rule}].", "",
        "Check that the path is the broker's MQTT endpoint, and that nothing between changes the answer.");

    public static DiagnosisEntry HttpTooLarge => new("http.too-large", UpgradeRefused, "The WebSocket handshake with {url} failed: {reason} [{rule}].",
        "A proxy or a web application may add cookies and policies.", "Have the server answer this path with fewer and shorter header fields.");

    public static DiagnosisEntry HttpNoSubprotocol => new("http.no-subprotocol", UpgradeRefused,
        "The server opened the WebSocket {url} without choosing the subprotocol mqtt.", "So it may not be an MQTT endpoint.", "Check the path {path}.");
}
