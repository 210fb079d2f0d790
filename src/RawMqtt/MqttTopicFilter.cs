// SPDX-License-Identifier: MIT

namespace RawMqtt;

/// <summary>Represents a topic filter and the highest QoS wanted for it, section 3.8.3.</summary>
/// <param name="Filter">The filter: 1 to 65535 bytes of UTF-8. <c>+</c> stands for one level, a final <c>#</c> for all levels that follow.</param>
/// <param name="Qos">The highest QoS at which the server sends messages.</param>
public sealed record MqttTopicFilter(string Filter, QualityOfService Qos = QualityOfService.AtMostOnce);
