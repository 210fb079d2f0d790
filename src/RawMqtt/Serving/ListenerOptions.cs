// SPDX-License-Identifier: MIT

using System.Net.Security;

namespace RawMqtt.Serving;

/// <summary>Contains the options that all listeners of a broker share.</summary>
internal sealed record ListenerOptions
{
    /// <summary>Gets the certificate for wss and mqtts; null if no listener needs one.</summary>
    public ServerCertificate? Certificate { get; init; }

    /// <summary>Gets the paths of a ws or wss address without a path.</summary>
    public required IReadOnlyList<string> WebSocketPaths { get; init; }

    public bool AllowMissingSubprotocol { get; init; }

    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];

    /// <summary>Gets the hosts that are ours, as <see cref="Serving.HostNames.Read"/> returns them.</summary>
    public IReadOnlyList<string> HostNames { get; init; } = [];

    public required string ProxyHeader { get; init; }

    public Action<SslServerAuthenticationOptions>? ConfigureTls { get; init; }

    public Func<string, string, string?>? AnswerGet { get; init; }

    public Func<string, string, ReadOnlyMemory<byte>?>? AnswerHttp { get; init; }

    public Func<string, MqttTap>? Tap { get; init; }
}
