using RawMqtt.Routing;

namespace RawMqtt;

/// <summary>Where a broker listens, whom it lets in, and what bounds it.</summary>
public sealed record MqttBrokerOptions
{
    /// <summary>Addresses to listen on: <c>ws</c>, <c>wss</c>, <c>mqtt</c>, <c>mqtts</c>; port 0 is a free one. The path of a ws address is one that upgrades are taken on.</summary>
    public IReadOnlyList<string> Listeners { get; init; } = ["ws://127.0.0.1:8083/mqtt", "mqtt://127.0.0.1:1883"];

    /// <summary>The server's certificate with its chain, PEM; needed by wss and mqtts. Read again when the file changes.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>The private key of <see cref="CertificateFile"/>, PEM, not encrypted; null when that file holds both.</summary>
    public string? KeyFile { get; init; }

    /// <summary>How long <see cref="MqttBroker.StopAsync"/> waits for what is still to be sent.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>What the broker's time comes from.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    internal BrokerLimits Limits { get; init; } = new();
}
