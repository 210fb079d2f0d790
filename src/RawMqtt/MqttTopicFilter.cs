// SPDX-License-Identifier: MIT

namespace RawMqtt;

/// <summary>A topic filter and the highest QoS wanted for it, 3.8.3.</summary>
/// <param name="Filter">1 to 65535 bytes of UTF-8; <c>+</c> stands for one level, a final <c>#</c> for all that follow.</param>
/// <param name="Qos">The highest QoS at which messages are to come.</param>
public sealed record MqttTopicFilter(string Filter, QualityOfService Qos = QualityOfService.AtMostOnce);
