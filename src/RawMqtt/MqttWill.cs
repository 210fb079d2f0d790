// SPDX-License-Identifier: MIT

using System.Runtime.CompilerServices;
using System.Text;

namespace RawMqtt;

/// <summary>Represents the message that the server publishes if the connection ends without a DISCONNECT, section 3.1.2.5.</summary>
/// <param name="Topic">The topic name: 1 to 65535 bytes of UTF-8 without wildcards.</param>
/// <param name="Payload">The payload: 0 to 65535 bytes.</param>
/// <param name="Qos">The QoS at which the server publishes the message, section 3.1.2.6.</param>
/// <param name="Retain">Whether the server stores the message as the topic's retained message, section 3.1.2.7.</param>
public sealed record MqttWill(string Topic, ReadOnlyMemory<byte> Payload, QualityOfService Qos = QualityOfService.AtMostOnce, bool Retain = false)
{
    /// <summary>Creates a Will whose properties are set one by one, as configuration does.</summary>
    public MqttWill()
        : this("", ReadOnlyMemory<byte>.Empty)
    {
    }

    /// <summary>Creates a Will with a text as its payload, encoded as UTF-8.</summary>
    [OverloadResolutionPriority(-1)] // default as a payload stays one of no bytes
    public MqttWill(string topic, string payload, QualityOfService qos = QualityOfService.AtMostOnce, bool retain = false)
        : this(topic, Encoding.UTF8.GetBytes(payload), qos, retain)
    {
    }

    /// <summary>Gets or sets <see cref="Payload"/> as UTF-8 text, for configuration that binds text.</summary>
    public string PayloadText
    {
        get => Encoding.UTF8.GetString(Payload.Span);
        init => Payload = Encoding.UTF8.GetBytes(value);
    }
}
