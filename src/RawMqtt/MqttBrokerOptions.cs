// SPDX-License-Identifier: MIT

using RawMqtt.Codec;

namespace RawMqtt;

/// <summary>Where a broker listens, whom it lets in, and what bounds it.</summary>
public sealed record MqttBrokerOptions
{
    /// <summary>Addresses to listen on: <c>ws</c>, <c>wss</c>, <c>mqtt</c>, <c>mqtts</c>; port 0 is a free one. A ws address without a path serves <see cref="WebSocketPaths"/>.</summary>
    public IReadOnlyList<string> Listeners { get; init; } = ["ws://127.0.0.1:8083/mqtt", "mqtt://127.0.0.1:1883"];

    /// <summary>The paths of ws and wss addresses that name none.</summary>
    public IReadOnlyList<string> WebSocketPaths { get; init; } = ["/mqtt"];

    /// <summary>Takes WebSocket clients that offer no subprotocol, against [MQTT-6.0.0-3].</summary>
    public bool AllowMissingSubprotocol { get; init; }

    /// <summary>Origins of web pages that may connect besides those of the same host and port, such as <c>https://example.com</c>; <c>*</c>: all.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];

    /// <summary>Addresses and networks of proxies, such as <c>10.0.0.0/8</c>, whose word on their clients' addresses is believed; all others' is not.</summary>
    public IReadOnlyList<string> TrustedProxies { get; init; } = [];

    /// <summary>
    /// The one header in which <see cref="TrustedProxies"/> name their clients: <c>X-Forwarded-For</c>, <c>X-Real-IP</c>, <c>Forwarded</c> or another one. The proxy has to set it
    /// or add to it: one that it passes on untouched is the client's own word.
    /// </summary>
    public string ProxyHeader { get; init; } = "X-Forwarded-For";

    /// <summary>The server's certificate with its chain, PEM; needed by wss and mqtts. Read again when the file changes.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>The private key of <see cref="CertificateFile"/>, PEM, not encrypted; null when that file holds both.</summary>
    public string? KeyFile { get; init; }

    /// <summary>User names and salted hashes, as <see cref="MqttPasswordFile"/> makes them; null for none. Read again when it changes; while it then cannot be used, the entries before count.</summary>
    public string? PasswordFile { get; init; }

    /// <summary>Takes clients whose user name nobody checks, or who have none. null: those from this machine alone, and none once there is a <see cref="PasswordFile"/>.</summary>
    public bool? AllowAnonymous { get; init; }

    /// <summary>Answers each CONNECT that <see cref="PasswordFile"/> and <see cref="AllowAnonymous"/> let pass. That connection waits meanwhile, others go on. The token of this and the
    /// other hooks is cancelled when <see cref="MqttBrokerLimits.HookTimeout"/> is over or nobody waits for the answer any more; a hook that throws refuses.</summary>
    public Func<MqttConnectRequest, CancellationToken, ValueTask<ConnectReturnCode>>? Authenticate { get; init; }

    /// <summary>Whether a client may publish a message; if not, it is acknowledged and dropped [MQTT-3.3.5-2]. A Will is asked about at CONNECT.</summary>
    public Func<MqttBrokerClient, MqttMessage, CancellationToken, ValueTask<bool>>? AuthorizePublish { get; init; }

    /// <summary>Whether a client may subscribe to a filter; if not, the SUBACK says 0x80.</summary>
    public Func<MqttBrokerClient, MqttTopicFilter, CancellationToken, ValueTask<bool>>? AuthorizeSubscribe { get; init; }

    /// <summary>Hears of clients that come and go and of messages, one after the other, without holding anybody up.</summary>
    public Func<MqttBrokerEvent, ValueTask>? Observe { get; init; }

    /// <summary>What bounds memory and work.</summary>
    public MqttBrokerLimits Limits { get; init; } = new();

    /// <summary>How often the <c>$SYS</c> topics are published; zero: there are none.</summary>
    public TimeSpan SystemTopicsInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long <see cref="MqttBroker.StopAsync"/> waits for what is still to be sent.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Takes one line for each connection that ends and each fault, one after the other: <c>event=ended client="c" address=... reason=... violation="..."</c>.</summary>
    public Action<string>? Log { get; init; }

    /// <summary>Called for each new connection with its peer's address; what it returns sees the connection's bytes, above TLS. Null: nobody looks.</summary>
    public Func<string, MqttTap>? Tap { get; init; }

    /// <summary>What the broker's time comes from.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
