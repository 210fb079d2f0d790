// SPDX-License-Identifier: MIT

using System.Net;

namespace RawMqtt;

/// <summary>A client of a broker, connected or away.</summary>
public sealed record MqttBrokerClient
{
    /// <summary>The client identifier; one that the broker made when the client had none.</summary>
    public required string ClientId { get; init; }

    /// <summary>The user name, if the broker was to look at it; null for none.</summary>
    public string? UserName { get; init; }

    /// <summary>Whether there is a network connection now.</summary>
    public bool IsConnected { get; init; }

    /// <summary>Whether the session ends with the connection.</summary>
    public bool CleanSession { get; init; }

    /// <summary>The address that the connection came from; null for one in memory, or for a client that is away.</summary>
    public IPEndPoint? RemoteAddress { get; init; }

    /// <summary>The client's address as a trusted proxy says; 0.0.0.0 when it says nothing that can be read; null without one.</summary>
    public IPEndPoint? ForwardedAddress { get; init; }

    /// <summary>The listener that accepted it; empty for one in memory or away.</summary>
    public string Listener { get; init; } = "";

    /// <summary>The number of its topic filters.</summary>
    public int Subscriptions { get; init; }

    /// <summary>Messages sent and not acknowledged to the end.</summary>
    public int InFlight { get; init; }

    /// <summary>Messages that wait for the window or for the client.</summary>
    public int Queued { get; init; }
}
