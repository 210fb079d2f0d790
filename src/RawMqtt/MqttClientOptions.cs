// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using RawMqtt.Dialling;

namespace RawMqtt;

/// <summary>How a client connects, and what it does when it cannot.</summary>
public sealed record MqttClientOptions
{
    /// <summary>Where to connect, such as <c>ws://host:8083/mqtt</c>; schemes <c>ws</c>, <c>wss</c>, <c>mqtt</c>, <c>mqtts</c>. Several are tried in turn.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>One address.</summary>
    public string Address
    {
        get => Addresses.Count > 0 ? Addresses[0] : "";
        init => Addresses = [value];
    }

    /// <summary>The name of the session, 3.1.3.1: up to 65535 bytes of UTF-8; empty only with <see cref="CleanSession"/>. Random when not set.</summary>
    public string ClientId { get; init; } = "rawmqtt_" + RandomNumberGenerator.GetHexString(8, lowercase: true);

    /// <summary>Whether the session ends with each connection, 3.1.2.4. When false, what is in flight is sent again on the next one.</summary>
    public bool CleanSession { get; init; } = true;

    /// <summary>A file in which the session outlives this process, only with <see cref="CleanSession"/> = false: QoS 1 and 2 messages that were published and are not delivered are sent by the next
    /// client with this file and <see cref="ClientId"/>, and QoS 2 messages that were received are not delivered again. Null: the session ends with the client.</summary>
    public string? SessionFile { get; init; }

    /// <summary>The longest silence of this client before it sends PINGREQ, in whole seconds: 0 (never) to 65535, 3.1.2.10.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long the server may be silent after a PINGREQ; null: <see cref="KeepAlive"/>, but at most 10 seconds.</summary>
    public TimeSpan? PingTimeout { get; init; }

    /// <summary>The time for all steps of a connection, from the name look-up to CONNACK.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The first delay before a lost connection is made again; it doubles up to <see cref="MaxReconnectDelay"/>, and each is drawn at random between 0 and that. Zero: never again.</summary>
    public TimeSpan ReconnectDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest delay between two attempts.</summary>
    public TimeSpan MaxReconnectDelay { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Whether <see cref="MqttClient.OpenAsync"/> goes on trying when no address can be connected to; each is tried once in any case.</summary>
    public bool RetryFirstConnect { get; init; }

    /// <summary>The user name, 3.1.3.4; null for none.</summary>
    public string? UserName { get; init; }

    /// <summary>The password, 3.1.3.5: up to 65535 bytes; null for none. Only with a user name [MQTT-3.1.2-22].</summary>
    public ReadOnlyMemory<byte>? Password { get; init; }

    /// <summary>What the server publishes when this client is lost; null for nothing.</summary>
    public MqttWill? Will { get; init; }

    /// <summary>For <c>wss</c> and <c>mqtts</c>; null: the machine's trust.</summary>
    public MqttTlsOptions? Tls { get; init; }

    /// <summary>Header fields of the WebSocket handshake, beside those that RFC 6455 demands.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> RequestHeaders { get; init; } = [];

    /// <summary>Called before each attempt, and may change its address, header fields, user name and password: for signed addresses and tokens that expire.</summary>
    public Func<MqttConnectAttempt, CancellationToken, ValueTask<MqttConnectAttempt>>? BeforeConnect { get; init; }

    /// <summary>Supplies the connected byte stream instead of dialling: a serial line, a pipe, a socket of one's own. The client disposes of it.</summary>
    public Func<MqttConnectAttempt, CancellationToken, ValueTask<Stream>>? ConnectStream { get; init; }

    /// <summary>The most QoS 1 and 2 messages sent and not yet acknowledged: 1 to 65535. Further ones wait.</summary>
    public int MaxInFlight { get; init; } = 20;

    /// <summary>How long the server may take to answer a PUBLISH at QoS 1 or 2, a SUBSCRIBE or an UNSUBSCRIBE, from its first sending: then the await fails with
    /// <see cref="MqttErrorCode.AckTimeout"/>, and the message stays in flight. Null: for ever.</summary>
    public TimeSpan? AckTimeout { get; init; }

    /// <summary>The largest packet taken from the server, in bytes; a larger one ends the connection before anything is kept of it.</summary>
    public int MaxPacketLength { get; init; } = 1 << 20;

    /// <summary>What publishing does while there is no connection.</summary>
    public MqttOfflinePublishing OfflinePublishing { get; init; } = MqttOfflinePublishing.Queue;

    /// <summary>The most messages that wait for a connection or for the in-flight limit.</summary>
    public int MaxQueuedMessages { get; init; } = 65_535;

    /// <summary>The most bytes, topics and payloads, that wait for a connection or for the in-flight limit; and the most that wait in the send buffer at QoS 0, if their callers do not await.</summary>
    public long MaxQueuedBytes { get; init; } = 16 << 20;

    /// <summary>Gets the messages that match none of the subscriptions made so far, such as those that a kept session brings first; null: they are acknowledged and counted.</summary>
    public MqttMessageReceiver? UnmatchedMessages { get; init; }

    /// <summary>Sees the bytes of each connection.</summary>
    public MqttTap? Tap { get; init; }

    /// <summary>Sees each MQTT packet, one a call, whatever carries it. Passwords are among them.</summary>
    public MqttTap? PacketTap { get; init; }

    /// <summary>Takes what there is to tell; null for silence.</summary>
    public MqttLog? Log { get; init; }

    /// <summary>The clock and the timers.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    internal TimeSpan EffectivePingTimeout =>
        PingTimeout ?? (KeepAlive > TimeSpan.Zero && KeepAlive < TimeSpan.FromSeconds(10) ? KeepAlive : TimeSpan.FromSeconds(10));

    /// <summary>Without secrets: addresses may hold a password or a signature.</summary>
    private bool PrintMembers(StringBuilder text)
    {
        text.Append(CultureInfo.InvariantCulture, $"Addresses = {string.Join(", ", Addresses.Select(AddressFault.Shown))}, ClientId = {ClientId}, CleanSession = {CleanSession}, KeepAlive = {KeepAlive}");
        return true;
    }
}
