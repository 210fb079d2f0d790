// SPDX-License-Identifier: MIT

namespace RawMqtt;

/// <summary>Receives log lines for people. A client calls it on its own threads: return soon. No line contains a password.</summary>
/// <param name="level">The weight of the line.</param>
/// <param name="message">The line.</param>
public delegate void MqttLog(MqttLogLevel level, string message);
