// SPDX-License-Identifier: MIT

namespace RawMqtt.Dialling;

/// <summary>Contains the options of <see cref="Dialer"/>.</summary>
internal sealed class DialOptions
{
    /// <summary>Gets the maximum time of all steps together; <see cref="Timeout.InfiniteTimeSpan"/> for no limit.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(30);

    public MqttTlsOptions? Tls { get; init; }

    /// <summary>Gets the headers of the WebSocket handshake in addition to those of RFC 6455.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> RequestHeaders { get; init; } = [];

    public MqttTap? Tap { get; init; }

    /// <summary>Gets the attempt that this is for.</summary>
    public MqttConnectAttempt? Attempt { get; init; }

    /// <summary>Gets what supplies the connection of <see cref="Attempt"/> below TLS; null for name service and TCP.</summary>
    public Func<MqttConnectAttempt, CancellationToken, ValueTask<Stream>>? Transport { get; init; }

    /// <summary>Gets the measurement of the phases; null if the caller does not need it.</summary>
    public ConnectPhases? Phases { get; init; }

    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
