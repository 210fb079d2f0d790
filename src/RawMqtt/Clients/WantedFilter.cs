// SPDX-License-Identifier: MIT

namespace RawMqtt.Clients;

/// <summary>A topic filter that the program wants to be subscribed to.</summary>
internal sealed class WantedFilter(string filter)
{
    public string Filter => filter;

    /// <summary>The filter that topic names are compared with.</summary>
    public byte[] Served { get; } = ServedFilter.Of(filter);

    /// <summary>The highest QoS that any subscription asked for.</summary>
    public QualityOfService Qos { get; set; }

    /// <summary>Whether the server has it, as far as this client knows.</summary>
    public bool IsGranted { get; set; }

    public MqttTopicFilter ToRequest() => new(filter, Qos);
}
