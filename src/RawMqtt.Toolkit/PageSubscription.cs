// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Codec;

namespace RawMqtt.Toolkit;

/// <summary>A topic filter that the page shows messages of.</summary>
internal sealed class PageSubscription(string filter)
{
    private readonly byte[] bytes = Encoding.UTF8.GetBytes(filter);

    public string Filter => filter;

    /// <summary>Gets or sets what the client subscribed; null until it has.</summary>
    public MqttSubscription? Stream { get; set; }

    /// <summary>Gets or sets whether its messages are counted and not shown.</summary>
    public bool IsPaused { get; set; }

    /// <summary>Gets or sets how many messages came.</summary>
    public long Count { get; set; }

    public bool Matches(ReadOnlySpan<byte> topic) => TopicFilter.Matches(bytes, topic);
}
