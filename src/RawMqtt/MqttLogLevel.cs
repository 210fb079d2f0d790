// SPDX-License-Identifier: MIT

namespace RawMqtt;

/// <summary>Specifies the importance of a line of the log.</summary>
public enum MqttLogLevel
{
    /// <summary>The normal course of events, such as a connection that is made or ends.</summary>
    Information,

    /// <summary>Something was lost, refused or had to be repeated.</summary>
    Warning,

    /// <summary>The client or the broker gave up, or the application's own code failed.</summary>
    Error,
}
