// SPDX-License-Identifier: MIT

namespace RawMqtt;

/// <summary>How much a line of the log matters.</summary>
public enum MqttLogLevel
{
    /// <summary>The usual course: connected, disconnected.</summary>
    Information,

    /// <summary>Something was lost or had to be done again.</summary>
    Warning,

    /// <summary>Nothing further will be tried, or the application's own code failed.</summary>
    Error,
}
