// SPDX-License-Identifier: MIT

namespace RawMqtt;

/// <summary>Specifies the weight of a log line.</summary>
public enum MqttLogLevel
{
    /// <summary>Something usual happened: connected, disconnected.</summary>
    Information,

    /// <summary>Something was lost or had to be done again.</summary>
    Warning,

    /// <summary>The client has given up, or the application's own code failed.</summary>
    Error,
}
