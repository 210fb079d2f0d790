// SPDX-License-Identifier: MIT

namespace RawMqtt.Serving;

/// <summary>What all listeners of a broker share.</summary>
internal sealed record ListenerOptions
{
    /// <summary>For wss and mqtts; null when there are none.</summary>
    public ServerCertificate? Certificate { get; init; }

    /// <summary>The paths of a ws or wss address that names none.</summary>
    public required IReadOnlyList<string> WebSocketPaths { get; init; }

    public bool AllowMissingSubprotocol { get; init; }

    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];

    public required string ProxyHeader { get; init; }

    public Func<string, MqttTap>? Tap { get; init; }
}
