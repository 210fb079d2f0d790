// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Codec;

namespace RawMqtt.Clients;

/// <summary>One subscription as the client sees it: its topic filters, and where their messages go.</summary>
internal sealed class LocalSubscription(IReadOnlyList<MqttTopicFilter> filters, MqttSubscribeOptions options)
{
    public IReadOnlyList<MqttTopicFilter> Filters { get; } = [.. filters];

    public byte[][] FilterBytes { get; } = [.. filters.Select(static filter => Encoding.UTF8.GetBytes(filter.Filter))];

    /// <summary>The QoS that the server granted for each filter; null in it: refused. Empty before the first answer.</summary>
    public IReadOnlyList<QualityOfService?> Granted { get; private set; } = [];

    /// <summary>Gets the messages where they were received; null if they go to <see cref="Buffer"/>.</summary>
    public MqttMessageReceiver? Receiver => options.Receiver;

    public MessageBuffer Buffer { get; } = new(options.MaxMessages, options.MaxBytes);

    public bool AllowsRefused => options.AllowRefused;

    public bool IsManual => options.ManualAcknowledgement;

    public bool Has(string filter) => Filters.Any(own => own.Filter == filter);

    /// <summary>Takes the return codes of the first SUBACK.</summary>
    public void Grant(byte[] returnCodes) => Granted = [.. returnCodes.Select(QosOf)];

    /// <summary>Takes the return code of one filter when the server was asked again.</summary>
    public void Grant(string filter, byte returnCode)
    {
        if (!Has(filter) || Granted.Count == 0) return;
        Granted = [.. Filters.Select((own, i) => own.Filter == filter ? QosOf(returnCode) : Granted[i])];
    }

    /// <summary>Ends the stream, and acknowledges the messages that no reader will take: otherwise they would hold up the answers to all others.</summary>
    public void End()
    {
        Buffer.Complete(null);
        while (IsManual && Buffer.TryTake(out MqttMessage? unread)) unread!.Acknowledge();
    }

    private static QualityOfService? QosOf(byte returnCode) => returnCode == SubAckPacket.Failure ? null : (QualityOfService)returnCode;
}
