// SPDX-License-Identifier: MIT

using RawMqtt.Codec;

namespace RawMqtt.Clients;

/// <summary>One subscription as the client sees it: its topic filters, and where their messages go.</summary>
internal sealed class LocalSubscription(IReadOnlyList<MqttTopicFilter> filters, MqttSubscribeOptions options, SessionClock clock)
{
    public MqttTopicFilter[] Filters { get; } = new List<MqttTopicFilter>(filters).ToArray();

    /// <summary>The filters that topic names are compared with.</summary>
    public byte[][] FilterBytes { get; } = new List<MqttTopicFilter>(filters).ConvertAll(static filter => ServedFilter.Of(filter.Filter)).ToArray();

    /// <summary>The QoS that the server granted for each filter; null in it: refused. Empty before the first answer.</summary>
    public IReadOnlyList<QualityOfService?> Granted { get; private set; } = [];

    /// <summary>Gets the messages where they were received; null if they go to <see cref="Buffer"/>.</summary>
    public MqttMessageReceiver? Receiver => options.Receiver;

    public MessageBuffer Buffer { get; } = new(options, clock);

    public bool AllowsRefused => options.AllowRefused;

    public bool IsManual => options.ManualAcknowledgement;

    public bool Has(string filter) => Array.Exists(Filters, own => own.Filter == filter);

    public bool Matches(ReadOnlySpan<byte> topic)
    {
        foreach (byte[] filter in FilterBytes)
        {
            if (TopicFilter.Matches(filter, topic)) return true;
        }

        return false;
    }

    /// <summary>Takes the return codes of the first SUBACK.</summary>
    public void Grant(byte[] returnCodes) => Granted = Array.ConvertAll(returnCodes, QosOf);

    /// <summary>Takes the return code of one filter when the server was asked again.</summary>
    public void Grant(string filter, byte returnCode)
    {
        if (!Has(filter) || (Granted.Count == 0 && Filters.Length > 1)) return; // of several, the others are not known yet
        List<QualityOfService?> granted = Granted.Count == 0 ? [null] : new(Granted); // the caller may read what is granted meanwhile
        for (int i = 0; i < granted.Count; i++)
        {
            if (Filters[i].Filter == filter) granted[i] = QosOf(returnCode);
        }

        Granted = granted;
    }

    private static QualityOfService? QosOf(byte returnCode) => returnCode == SubAckPacket.Failure ? null : (QualityOfService)returnCode;
}
