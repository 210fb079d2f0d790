// SPDX-License-Identifier: MIT

namespace RawMqtt;

/// <summary>What the server publishes when the connection ends without a DISCONNECT, 3.1.2.5.</summary>
/// <param name="Topic">A topic name: 1 to 65535 bytes of UTF-8 without wildcards.</param>
/// <param name="Payload">0 to 65535 bytes.</param>
/// <param name="Qos">3.1.2.6.</param>
/// <param name="Retain">Whether the server keeps it as the topic's retained message, 3.1.2.7.</param>
public sealed record MqttWill(string Topic, ReadOnlyMemory<byte> Payload, QualityOfService Qos = QualityOfService.AtMostOnce, bool Retain = false);
