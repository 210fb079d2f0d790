// SPDX-License-Identifier: MIT

namespace RawMqtt;

/// <summary>Specifies why a network connection ended. The broker publishes the client's Will after each end except <see cref="Disconnected"/>
/// [MQTT-3.1.2-8].</summary>
public enum MqttConnectionEnd
{
    /// <summary>The client sent DISCONNECT, 3.14.</summary>
    Disconnected,

    /// <summary>The network connection failed or was closed without a DISCONNECT.</summary>
    Lost,

    /// <summary>The client violated the protocol [MQTT-4.8.0-1].</summary>
    ProtocolViolation,

    /// <summary>The client sent nothing for one and a half times its keep alive time [MQTT-3.1.2-24].</summary>
    KeepAliveExpired,

    /// <summary>The client sent no CONNECT within <see cref="MqttBrokerLimits.ConnectTimeout"/>, 3.1.4.</summary>
    NoConnect,

    /// <summary>The broker refused the CONNECT [MQTT-3.2.2-5].</summary>
    Refused,

    /// <summary>The client published to a topic that it may not write to, see <see cref="MqttBrokerOptions.EndRefusedPublishers"/>.</summary>
    NotAllowed,

    /// <summary>A client with the same identifier connected [MQTT-3.1.4-2].</summary>
    TakenOver,

    /// <summary>The client did not read what the broker sent, or did not complete a packet that it had begun.</summary>
    TooSlow,

    /// <summary>The client's address has more connections than <see cref="MqttBrokerLimits.MaxConnectionsPerAddress"/>.</summary>
    TooMany,

    /// <summary>The application called <see cref="MqttBroker.Disconnect"/>.</summary>
    ByApplication,

    /// <summary>The broker is stopping.</summary>
    BrokerStops,

    /// <summary>A message of the client has waited for a minute, because the journal has reached <see cref="MqttBrokerLimits.MaxJournalLength"/>; or its
    /// CONNECT has, because the disk takes nothing.</summary>
    NoRoom,

    /// <summary>The queue of the client's session was full, and the broker has discarded the session: see <see cref="MqttWhenQueueFull.EndSession"/>.</summary>
    QueueFull,
}
