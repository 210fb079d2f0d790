// SPDX-License-Identifier: MIT

namespace RawMqtt;

/// <summary>Takes what a client has to tell a person. Called on threads of the client: it returns soon. No password is ever in it.</summary>
public delegate void MqttLog(MqttLogLevel level, string message);
