// SPDX-License-Identifier: MIT

namespace RawMqtt.Clients;

/// <summary>The state of a client as its users see it. Written under the gate.</summary>
internal sealed class ClientStatus
{
    public MqttClientState State { get; set; }

    /// <summary>Whether the server had kept the session, as the last CONNACK said.</summary>
    public bool SessionPresent { get; set; }

    /// <summary>The reason why the client makes no more connections; null while it may make one.</summary>
    public MqttException? End { get; set; }

    /// <summary>The reason why the last connection was lost or the last attempt failed.</summary>
    public MqttException? LastFault { get; set; }

    /// <summary>Whether no connection stands and none is being made.</summary>
    public bool IsClosed => State is MqttClientState.Disconnected or MqttClientState.Closed;
}
