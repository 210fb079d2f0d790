// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Codec;

namespace RawMqtt.Tests.Simulation;

/// <summary>The Will of one connection of a simulated client.</summary>
internal sealed class ConnectionWill(string payload, QualityOfService qos, TimeSpan at, Link link)
{
    /// <summary>All go out here.</summary>
    public const string Topic = "will";

    /// <summary>What each payload begins with, and no other message.</summary>
    public const string Begin = "Will of";

    /// <summary>What it says: no other Will says the same.</summary>
    public string Payload => payload;

    public QualityOfService Qos => qos;

    /// <summary>When the CONNECT was sent.</summary>
    public TimeSpan At => at;

    /// <summary>CONNACK came.</summary>
    public bool IsAccepted { get; set; }

    /// <summary>The client has sent DISCONNECT.</summary>
    public bool IsDisconnecting { get; set; }

    /// <summary>The server has closed the connection because of it [MQTT-3.14.4-3].</summary>
    public bool IsDisconnected => link.IsDisconnected;

    /// <summary>A CONNECT, with a Will if there is one.</summary>
    public static ConnectPacket PacketWith(ConnectionWill? will, string clientId, bool clean, ushort keepAlive) => new()
    {
        ClientId = Encoding.UTF8.GetBytes(clientId),
        CleanSession = clean,
        KeepAlive = keepAlive,
        HasWill = will is not null,
        WillTopic = will is null ? [] : Encoding.UTF8.GetBytes(Topic),
        WillMessage = will is null ? [] : Encoding.UTF8.GetBytes(will.Payload),
        WillQos = will?.Qos ?? QualityOfService.AtMostOnce,
    };
}
