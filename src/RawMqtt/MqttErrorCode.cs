// SPDX-License-Identifier: MIT

namespace RawMqtt;

/// <summary>Specifies the kind of a failure. The numbers do not change between versions; the hundreds stand for the layer.</summary>
public enum MqttErrorCode
{
    /// <summary>The address cannot be read; the message suggests a better one.</summary>
    InvalidAddress = 100,

    /// <summary>Options contradict each other or the address, or name a file that cannot be used.</summary>
    InvalidOptions = 101,

    /// <summary>The name service knows no address for the host.</summary>
    NameNotResolved = 200,

    /// <summary>The host refused the connection: no program listens on the port.</summary>
    ConnectionRefused = 201,

    /// <summary>The host cannot be reached, or the connection broke while it was opened.</summary>
    HostUnreachable = 202,

    /// <summary>The connection was not made within the connect timeout. The message names the step that took too long.</summary>
    ConnectTimeout = 203,

    /// <summary>The TLS handshake failed for a reason other than the server's certificate.</summary>
    TlsFailed = 300,

    /// <summary>The server does not speak TLS on this port.</summary>
    TlsNotSpoken = 301,

    /// <summary>The server's certificate is self-signed and not among the trusted ones.</summary>
    CertificateSelfSigned = 310,

    /// <summary>The server's certificate was issued by an authority that is not trusted.</summary>
    CertificateIssuerUnknown = 311,

    /// <summary>The server's certificate is for other names than the address's.</summary>
    CertificateNameMismatch = 312,

    /// <summary>The server's certificate has expired.</summary>
    CertificateExpired = 313,

    /// <summary>The server's certificate is not valid yet.</summary>
    CertificateNotYetValid = 314,

    /// <summary>The server's certificate is refused for another reason, which the message gives.</summary>
    CertificateRefused = 315,

    /// <summary>The server answered the WebSocket handshake with another status than 101, or with a wrong 101.</summary>
    UpgradeRefused = 400,

    /// <summary>The server closed the connection, or answered with something that is not HTTP, instead of the WebSocket handshake.</summary>
    WebSocketNotSpoken = 401,

    /// <summary>The server answered CONNECT with a return code other than 0.</summary>
    ConnectRefused = 500,

    /// <summary>The server broke a rule of MQTT or of WebSocket.</summary>
    ProtocolViolation = 501,

    /// <summary>The server does not speak MQTT on this port.</summary>
    MqttNotSpoken = 502,

    /// <summary>The connection ended, and the client had not sent DISCONNECT.</summary>
    ConnectionLost = 510,

    /// <summary>The server did not answer PINGREQ in time.</summary>
    KeepAliveExpired = 511,

    /// <summary>The server no longer has the session: whether a message in flight arrived is not known.</summary>
    SessionLost = 520,

    /// <summary>The server refused a subscription: SUBACK return code 0x80.</summary>
    SubscriptionRefused = 521,

    /// <summary>The server did not answer a PUBLISH, SUBSCRIBE or UNSUBSCRIBE in time; a message stays in flight.</summary>
    AckTimeout = 522,

    /// <summary>The server ended the connection again and again when it got this packet: the packet is given up.</summary>
    PacketRejected = 523,

    /// <summary>The server took a message at QoS 2 at QoS 1 only: it answered with PUBACK.</summary>
    QosDowngraded = 524,

    /// <summary>A queue has reached its limit.</summary>
    QueueFull = 530,

    /// <summary>The packet would be larger than a limit allows.</summary>
    PacketTooLarge = 531,

    /// <summary>The session file could not be written. Nothing is sent before it can be.</summary>
    SessionFileFailed = 532,

    /// <summary>The client or broker has been disposed of.</summary>
    Disposed = 540,

    /// <summary>There is no connection, and the call does not wait for one.</summary>
    NotConnected = 541,

    /// <summary>The broker cannot listen on an address.</summary>
    ListenFailed = 600,
}
