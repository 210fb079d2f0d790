// SPDX-License-Identifier: MIT

using RawMqtt.Codec;
using RawMqtt.Sessions;

namespace RawMqtt.Tests.Sessions;

public class ReceiverTests
{
    private readonly Receiver receiver = new();
    private readonly OutgoingBuffer output = new();

    [Fact]
    [Rule("MQTT-3.3.4-1", "MQTT-2.3.1-6")]
    public void Each_QoS_has_its_answer()
    {
        Assert.True(Publish(QualityOfService.AtMostOnce, 0));
        Assert.True(Publish(QualityOfService.AtLeastOnce, 7));
        Assert.True(Publish(QualityOfService.ExactlyOnce, 8));
        Assert.Equal(["PUBACK 7", "PUBREC 8"], SentPackets.Describe(output.Written.Span));
    }

    [Fact]
    [Rule("MQTT-4.3.2-2")]
    public void At_QoS_1_every_PUBLISH_is_new_whatever_its_DUP()
    {
        Assert.True(Publish(QualityOfService.AtLeastOnce, 7));
        Assert.True(Publish(QualityOfService.AtLeastOnce, 7, duplicate: true));
        Assert.Equal(["PUBACK 7", "PUBACK 7"], SentPackets.Describe(output.Written.Span));
    }

    [Fact]
    [Rule("MQTT-4.3.3-2")]
    public void At_QoS_2_an_identifier_is_one_message_until_PUBREL()
    {
        Assert.True(Publish(QualityOfService.ExactlyOnce, 8));
        Assert.False(Publish(QualityOfService.ExactlyOnce, 8, duplicate: true));
        Assert.False(Publish(QualityOfService.ExactlyOnce, 8)); // DUP decides nothing
        Assert.Equal(1, receiver.Unreleased);
        receiver.Release(8, output);
        Assert.Equal(0, receiver.Unreleased);
        Assert.True(Publish(QualityOfService.ExactlyOnce, 8, duplicate: true));
        Assert.Equal(["PUBREC 8", "PUBREC 8", "PUBREC 8", "PUBCOMP 8", "PUBREC 8"], SentPackets.Describe(output.Written.Span));
    }

    [Fact]
    public void An_unknown_PUBREL_is_answered()
    {
        receiver.Release(65535, output);
        Assert.Equal(["PUBCOMP 65535"], SentPackets.Describe(output.Written.Span));
    }

    [Fact]
    public void The_same_identifier_at_QoS_1_and_QoS_2_is_two_messages()
    {
        Assert.True(Publish(QualityOfService.ExactlyOnce, 5));
        Assert.True(Publish(QualityOfService.AtLeastOnce, 5));
        Assert.False(Publish(QualityOfService.ExactlyOnce, 5));
    }

    [Fact]
    public void All_identifiers_fit()
    {
        for (int id = 65535; id >= 1; id--) Assert.True(Publish(QualityOfService.ExactlyOnce, (ushort)id));
        Assert.Equal(65535, receiver.Unreleased);
        for (int id = 1; id <= 65535; id++) Assert.False(Publish(QualityOfService.ExactlyOnce, (ushort)id));
        receiver.Clear();
        Assert.True(Publish(QualityOfService.ExactlyOnce, 1));
    }

    private bool Publish(QualityOfService qos, ushort packetId, bool duplicate = false)
    {
        bool isNew = receiver.Accept(new PublishPacket { Topic = "t"u8, Qos = qos, PacketId = packetId, Duplicate = duplicate });
        Receiver.Acknowledge(qos, packetId, output);
        return isNew;
    }
}
