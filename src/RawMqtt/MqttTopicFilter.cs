// SPDX-License-Identifier: MIT

namespace RawMqtt;

/// <summary>Represents a topic filter and the highest QoS wanted for it, section 3.8.3.</summary>
/// <param name="Filter">The filter: 1 to 65535 bytes of UTF-8. <c>+</c> stands for one level, a final <c>#</c> for all levels that follow.</param>
/// <param name="Qos">The highest QoS at which the server sends messages.</param>
public sealed record MqttTopicFilter(string Filter, QualityOfService Qos = QualityOfService.AtMostOnce)
{
    /// <summary>Converts a text to a filter at QoS 0, so that a list of filters can be written as <c>["a", "b/#"]</c>.</summary>
    public static implicit operator MqttTopicFilter(string filter) => new(filter);

    /// <summary>Returns a filter at QoS 0, as the conversion from a text does.</summary>
    public static MqttTopicFilter FromString(string filter) => new(filter);
}
