// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Text;
using RawMqtt.Codec;

namespace RawMqtt.Tests.Simulation;

/// <summary>Topic filters as the bytes of a SUBSCRIBE, at QoS 2.</summary>
internal static class FilterBytes
{
    public static SubscriptionList Of(string[] filters)
    {
        var payload = new ArrayBufferWriter<byte>();
        foreach (string filter in filters)
        {
            SubscriptionList.Write(payload, new Subscription { Filter = Encoding.UTF8.GetBytes(filter), Qos = QualityOfService.ExactlyOnce });
        }

        return SubscriptionList.Read(payload.WrittenSpan);
    }
}
