// SPDX-License-Identifier: MIT

namespace RawMqtt.Dialling;

/// <summary>What <see cref="Dialer"/> needs beside the address.</summary>
internal sealed record DialOptions
{
    /// <summary>For all steps together; <see cref="Timeout.InfiniteTimeSpan"/> for as long as it takes.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(30);

    public MqttTlsOptions? Tls { get; init; }

    /// <summary>Sent with the WebSocket handshake beside those that RFC 6455 demands.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> RequestHeaders { get; init; } = [];

    public MqttTap? Tap { get; init; }

    /// <summary>Told where dialling is; null: nobody wants to know.</summary>
    public ConnectPhases? Phases { get; init; }

    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
