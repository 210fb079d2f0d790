// SPDX-License-Identifier: MIT

using System.Net;

namespace RawMqtt;

/// <summary>Describes a client of a broker, connected or away.</summary>
public sealed record MqttBrokerClient
{
    /// <summary>Gets the client identifier. The broker assigned it if the client sent none.</summary>
    public required string ClientId { get; init; }

    /// <summary>Gets the user name; null if the client sent none, or if no option of the broker checks clients.</summary>
    public string? UserName { get; init; }

    /// <summary>Gets whether the client is connected.</summary>
    public bool IsConnected { get; init; }

    /// <summary>Gets whether the session ends with the connection, 3.1.2.4.</summary>
    public bool CleanSession { get; init; }

    /// <summary>Gets the address of the connection's peer; null for a connection in memory, and for a client that is away.</summary>
    public IPEndPoint? RemoteAddress { get; init; }

    /// <summary>Gets the client's address according to a trusted proxy; 0.0.0.0 if the proxy sent no valid address; null without a trusted proxy.</summary>
    public IPEndPoint? ForwardedAddress { get; init; }

    /// <summary>Gets the address of the listener that accepted the connection; empty for a connection in memory, and for a client that is away.</summary>
    public string Listener { get; init; } = "";

    /// <summary>Gets the number of the client's topic filters.</summary>
    public int Subscriptions { get; init; }

    /// <summary>Gets the number of messages at QoS 1 and 2 that were sent and not completely acknowledged.</summary>
    public int InFlight { get; init; }

    /// <summary>Gets the number of messages that wait until the client has acknowledged others, or connects.</summary>
    public int Queued { get; init; }

    /// <summary>Gets the number of messages that the client's session has lost since it began or the broker was started, because a limit was reached.</summary>
    public long Dropped { get; init; }
}
