// SPDX-License-Identifier: MIT

using System.Net;

namespace RawMqtt;

/// <summary>A CONNECT that a broker is to accept or refuse.</summary>
public sealed record MqttConnectRequest
{
    /// <summary>The client identifier; empty when the broker is to make one.</summary>
    public required string ClientId { get; init; }

    /// <summary>The user name; null for none.</summary>
    public string? UserName { get; init; }

    /// <summary>The password; null for none.</summary>
    public ReadOnlyMemory<byte>? Password { get; init; }

    /// <summary>3.1.2.4.</summary>
    public bool CleanSession { get; init; }

    /// <summary>In seconds; 0 for none.</summary>
    public ushort KeepAlive { get; init; }

    /// <summary>The topic of the Will; null for none.</summary>
    public string? WillTopic { get; init; }

    /// <summary>The address that the connection came from; null for one in memory.</summary>
    public IPEndPoint? RemoteAddress { get; init; }

    /// <summary>The client's address as a trusted proxy says; 0.0.0.0 when it says nothing that can be read; null without one.</summary>
    public IPEndPoint? ForwardedAddress { get; init; }

    /// <summary>The listener that accepted it; empty for one in memory.</summary>
    public string Listener { get; init; } = "";
}
