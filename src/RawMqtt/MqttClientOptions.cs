// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using RawMqtt.Clients;
using RawMqtt.Dialling;

namespace RawMqtt;

/// <summary>Specifies how a client connects, and what it does when it cannot.</summary>
public sealed record MqttClientOptions
{
    /// <summary>Gets the addresses of the server, such as <c>ws://host:8083/mqtt</c>, which are tried in turn. Schemes: <c>ws</c>, <c>wss</c>, <c>mqtt</c>,
    /// <c>mqtts</c>.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>Gets or sets the first of <see cref="Addresses"/>, as the only one.</summary>
    public string Address
    {
        get => Addresses.Count > 0 ? Addresses[0] : "";
        init => Addresses = [value];
    }

    /// <summary>Gets the client identifier, which names the session, section 3.1.3.1: up to 65535 bytes of UTF-8; empty only with
    /// <see cref="CleanSession"/>. Null: each client draws a random one, see <see cref="MqttClient.ClientId"/>.</summary>
    public string? ClientId { get; init; }

    /// <summary>Gets whether the session ends with each connection, section 3.1.2.4. If false, messages in flight are sent again on the next
    /// connection.</summary>
    public bool CleanSession { get; init; } = true;

    /// <summary>Gets whether this client is a bridge to another broker: it connects with protocol level 0x84, which mosquitto and an
    /// <see cref="MqttBroker"/> with <see cref="MqttBrokerOptions.AllowBridges"/> take. The server then sends this client none of its own messages, and passes
    /// RETAIN on as it was published. Other servers refuse the connection with return code 1.</summary>
    public bool IsBridge { get; init; }

    /// <summary>Gets the path of a file in which the session outlives the process, only with <see cref="CleanSession"/> = false; null for none.</summary>
    /// <remarks>The next client with this file and <see cref="ClientId"/> sends the messages at QoS 1 and 2 that were published and not delivered,
    /// and does not deliver again the messages at QoS 2 that were received.</remarks>
    public string? SessionFile
    {
        get;
        init
        {
            field = value;
            OpenSession = value is null ? null : Clients.SessionFile.Open; // a program that does not set it contains none of this after trimming
        }
    }

    /// <summary>Gets whether messages at QoS 2 that may have arrived are published anew when the session is lost, so that they may arrive twice.
    /// If false, their calls fail with <see cref="MqttErrorCode.SessionLost"/>. Messages at QoS 1 are published anew in any case.</summary>
    public bool RepublishQos2 { get; init; }

    /// <summary>Gets whether a PUBACK ends the delivery of a message at QoS 2, for servers such as RabbitMQ 3 that take it at QoS 1. If false, the call
    /// fails with <see cref="MqttErrorCode.QosDowngraded"/>; the message is not sent again in either case.</summary>
    public bool AcceptPubAckForQos2 { get; init; }

    /// <summary>Gets the topic filters that the client subscribes to whenever it connects, before the program has a stream for them. Their messages wait
    /// until <see cref="MqttClient.SubscribeAsync(string, QualityOfService, CancellationToken)"/> or one of its overloads names a filter that
    /// matches.</summary>
    public IReadOnlyList<MqttTopicFilter> Subscriptions { get; init; } = [];

    /// <summary>Gets the most topic filters in one SUBSCRIBE when the client subscribes again after a reconnect: at least 1. Some servers close the
    /// connection if there are more than 8.</summary>
    public int MaxFiltersPerSubscribe { get; init; } = 8;

    /// <summary>Gets how long messages that match no topic filter of this program wait after its last call to subscribe, or after the connection if that
    /// is later; at most ten times as long after the connection. Then they go to <see cref="UnmatchedMessages"/>. Zero: they do not wait.</summary>
    public TimeSpan UnmatchedWait { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Gets how long messages of a kept session wait unanswered for a reader, if the program subscribed and no stream or receiver takes
    /// them.</summary>
    /// <remarks>Answers leave in the order of arrival, so a message that waits holds up all later ones. After this time, or beyond 1024 messages or
    /// 1 MiB, the client unsubscribes the filter, and the messages go to <see cref="UnmatchedMessages"/> or are dropped with a warning in the log.
    /// With a <see cref="SessionFile"/>, messages that wait are stored there and answered.</remarks>
    public TimeSpan MaxWaitingTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets the longest time without a packet from this client before it sends PINGREQ, in whole seconds: 0 (never) to 65535, section
    /// 3.1.2.10.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Gets the longest time that the server may be silent after a PINGREQ; null for <see cref="KeepAlive"/>, but at most 10 seconds.</summary>
    public TimeSpan? PingTimeout { get; init; }

    /// <summary>Gets the time for all steps of an attempt to connect, from the name look-up to CONNACK.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets the longest first delay before a reconnect. It doubles with each failure up to <see cref="MaxReconnectDelay"/>; each delay is drawn
    /// at random between 0 and that. Zero: the client does not reconnect.</summary>
    public TimeSpan ReconnectDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Gets the longest delay between two attempts.</summary>
    public TimeSpan MaxReconnectDelay { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Gets whether <see cref="MqttClient.OpenAsync"/> goes on trying if no address can be connected to. Each address is tried once in any
    /// case.</summary>
    public bool RetryFirstConnect { get; init; }

    /// <summary>Gets the user name, section 3.1.3.4; null for none.</summary>
    public string? UserName { get; init; }

    /// <summary>Gets the password, section 3.1.3.5: up to 65535 bytes, only with a user name [MQTT-3.1.2-22]; null for none.
    /// To set a text, use <see cref="PasswordText"/>.</summary>
    public ReadOnlyMemory<byte>? Password { get; init; }

    /// <summary>Gets or sets <see cref="Password"/> as UTF-8 text, for configuration that binds text; null for none.</summary>
    public string? PasswordText
    {
        get => Password is ReadOnlyMemory<byte> bytes ? Encoding.UTF8.GetString(bytes.Span) : null;
        init => Password = value is null ? default(ReadOnlyMemory<byte>?) : Encoding.UTF8.GetBytes(value);
    }

    /// <summary>Gets the message that the server publishes if it loses this client; null for none.</summary>
    public MqttWill? Will { get; init; }

    /// <summary>Gets the TLS options for <c>wss</c> and <c>mqtts</c>; null to trust what the machine trusts.</summary>
    public MqttTlsOptions? Tls { get; init; }

    /// <summary>Gets the header fields to add to the WebSocket handshake.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> RequestHeaders { get; init; } = [];

    /// <summary>Gets a function that is called before each attempt and can change its address, header fields, user name and password: for signed
    /// addresses and tokens that expire.</summary>
    public Func<MqttConnectAttempt, CancellationToken, ValueTask<MqttConnectAttempt>>? BeforeConnect { get; init; }

    /// <summary>Gets a function that supplies the connected byte stream, such as a serial line or a pipe, instead of dialling. The client disposes of the
    /// stream.</summary>
    public Func<MqttConnectAttempt, CancellationToken, ValueTask<Stream>>? ConnectStream { get; init; }

    /// <summary>Gets a function that supplies the connection below TLS and WebSocket, such as one through a proxy or a Unix socket, instead of name service
    /// and TCP. The client disposes of the stream. A failure of the function fails the attempt.</summary>
    public Func<MqttConnectAttempt, CancellationToken, ValueTask<Stream>>? ConnectTransport { get; init; }

    /// <summary>Gets the most messages at QoS 1 and 2 that are sent and not yet acknowledged: 1 to 65535. Further ones wait.</summary>
    public int MaxInFlight { get; init; } = 20;

    /// <summary>Gets the time for the answer to a PUBLISH at QoS 1 or 2, a SUBSCRIBE or an UNSUBSCRIBE, from its first sending; null for no limit.</summary>
    /// <remarks>After this time the call fails with <see cref="MqttErrorCode.AckTimeout"/>, and the message stays in flight.</remarks>
    public TimeSpan? AckTimeout { get; init; }

    /// <summary>Gets the largest packet accepted from the server, in bytes. A larger one ends the connection before anything is kept of it.</summary>
    public int MaxPacketLength { get; init; } = 16 << 20;

    /// <summary>Gets what publishing does while there is no connection.</summary>
    public MqttOfflinePublishing OfflinePublishing { get; init; } = MqttOfflinePublishing.Queue;

    /// <summary>Gets the most messages that wait for a connection or for the in-flight limit.</summary>
    public int MaxQueuedMessages { get; init; } = 65_535;

    /// <summary>Gets the most bytes, topics and payloads, that wait for a connection or for the in-flight limit. It also bounds the send buffer at QoS 0
    /// for callers that do not await.</summary>
    public long MaxQueuedBytes { get; init; } = 16 << 20;

    /// <summary>Gets the function that receives the messages that match no subscription, such as those that a kept session brings first; null to
    /// acknowledge and count them only.</summary>
    public MqttMessageReceiver? UnmatchedMessages { get; init; }

    /// <summary>Gets a function that sees the bytes of each connection; null for none.</summary>
    public MqttTap? Tap { get; init; }

    /// <summary>Gets a function that sees each MQTT packet, one in each call, whatever carries it; null for none. Packets can contain passwords.</summary>
    public MqttTap? PacketTap { get; init; }

    /// <summary>Gets the function that receives the log lines; null for none.</summary>
    public MqttLog? Log { get; init; }

    /// <summary>Gets the clock and the timers.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    internal SessionFileOpener? OpenSession { get; private init; }

    internal TimeSpan EffectivePingTimeout =>
        PingTimeout ?? (KeepAlive > TimeSpan.Zero && KeepAlive < TimeSpan.FromSeconds(10) ? KeepAlive : TimeSpan.FromSeconds(10));

    /// <summary>Returns whether the two are one object: what the options hold, functions and lists, has no value that could be compared.</summary>
    public bool Equals(MqttClientOptions? other) => ReferenceEquals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => RuntimeHelpers.GetHashCode(this);

    /// <summary>Prints no secrets: addresses may contain a password or a signature.</summary>
    private bool PrintMembers(StringBuilder text)
    {
        text.Append(CultureInfo.InvariantCulture, $"Addresses = {string.Join(", ", new List<string>(Addresses).ConvertAll(ShownAddress.Of))}, ");
        text.Append(CultureInfo.InvariantCulture, $"ClientId = {ClientId ?? "(random)"}, ");
        text.Append(CultureInfo.InvariantCulture, $"CleanSession = {CleanSession}, KeepAlive = {KeepAlive}");
        return true;
    }
}
