// SPDX-License-Identifier: MIT

using RawMqtt.Codec;
using RawMqtt.Sessions;

namespace RawMqtt.Tests.Sessions;

public class SenderTests
{
    private readonly ApplicationMessagePool messages = new();
    private readonly OutgoingBuffer output = new();

    [Fact]
    [Rule("MQTT-4.3.2-1", "MQTT-2.3.1-4")]
    public void QoS_1_is_one_identifier_until_PUBACK()
    {
        var sender = new Sender(20);
        Assert.Equal(1, Send(sender, "a", QualityOfService.AtLeastOnce));
        Assert.Equal(["PUBLISH 1 qos1 a"], Sent());
        Assert.Equal(2, Send(sender, "b", QualityOfService.AtLeastOnce)); // 1 is not free yet
        output.Reset();

        Assert.Equal(Delivery.Outcome.Delivered, sender.Acknowledge(PacketType.PubAck, 1, output));
        Assert.Equal(1, sender.InFlight);
        Assert.Equal(SenderState.Free, sender.StateOf(1));
        Assert.Empty(Sent());
    }

    [Fact]
    [Rule("MQTT-4.3.3-1", "MQTT-2.3.1-6")]
    public void QoS_2_is_PUBLISH_PUBREC_PUBREL_PUBCOMP()
    {
        var sender = new Sender(20);
        ushort id = Send(sender, "a", QualityOfService.ExactlyOnce);
        output.Reset();

        Assert.Equal(Delivery.Outcome.Release, sender.Acknowledge(PacketType.PubRec, id, output));
        Assert.Equal(["PUBREL 1"], Sent());
        Assert.Equal(0, messages.InUse); // the message is the peer's now
        Assert.Equal(1, sender.InFlight);

        Assert.Equal(Delivery.Outcome.Release, sender.Acknowledge(PacketType.PubRec, id, output)); // asked once more
        Assert.Equal(["PUBREL 1", "PUBREL 1"], Sent());

        Assert.Equal(Delivery.Outcome.Delivered, sender.Acknowledge(PacketType.PubComp, id, output));
        Assert.Equal(0, sender.InFlight);
    }

    [Fact]
    [Rule("MQTT-4.4.0-1", "MQTT-4.6.0-1", "MQTT-4.6.0-4", "MQTT-3.3.1-1", "MQTT-2.3.1-3")]
    public void What_is_sent_again_keeps_its_order_and_its_identifier()
    {
        var sender = new Sender(20);
        foreach (string topic in (string[])["a", "b", "c", "d", "e"])
            Send(sender, topic, topic == "d" ? QualityOfService.AtLeastOnce : QualityOfService.ExactlyOnce);
        sender.Acknowledge(PacketType.PubRec, 3, output); // out of order on purpose
        sender.Acknowledge(PacketType.PubRec, 1, output);
        output.Reset();

        sender.Resend(output);
        Assert.Equal(["PUBREL 3", "PUBREL 1", "PUBLISH 2 qos2 dup b", "PUBLISH 4 qos1 dup d", "PUBLISH 5 qos2 dup e"], Sent());
    }

    [Fact]
    public void An_identifier_is_never_given_out_twice()
    {
        var sender = new Sender(Sender.MaxPacketIds);
        var open = new HashSet<ushort>();
        for (int i = 0; i < Sender.MaxPacketIds; i++) Assert.True(open.Add(Send(sender, "t", QualityOfService.AtLeastOnce)));
        Assert.False(sender.CanSend);
        Assert.False(sender.CanOpen);
        Assert.DoesNotContain((ushort)0, open);
        Assert.Throws<InvalidOperationException>(() => sender.Open(PacketType.Subscribe));

        sender.Acknowledge(PacketType.PubAck, 777, output);
        Assert.Equal(777, sender.Open(PacketType.Subscribe));
    }

    [Fact]
    public void The_in_flight_limit_holds_until_an_acknowledgement()
    {
        var sender = new Sender(2);
        ushort first = Send(sender, "a", QualityOfService.AtLeastOnce);
        Send(sender, "b", QualityOfService.ExactlyOnce);
        Assert.False(sender.CanSend);
        sender.Acknowledge(PacketType.PubRec, 2, output);
        Assert.False(sender.CanSend); // PUBCOMP is still awaited
        sender.Acknowledge(PacketType.PubAck, first, output);
        Assert.True(sender.CanSend);
    }

    [Fact]
    public void A_late_acknowledgement_is_ignored_and_a_wrong_one_is_not()
    {
        var sender = new Sender(20);
        ushort id = Send(sender, "a", QualityOfService.ExactlyOnce);
        output.Reset();
        Assert.Equal(Delivery.Outcome.Ignored, sender.Acknowledge(PacketType.PubAck, 9, output));
        Assert.Equal(Delivery.Outcome.Ignored, sender.Acknowledge(PacketType.PubComp, 65535, output));
        Assert.Equal(Delivery.Outcome.Downgraded, sender.Acknowledge(PacketType.PubAck, id, output));
        Assert.Equal(Delivery.Outcome.Violation, sender.Acknowledge(PacketType.PubComp, id, output));
        Assert.Equal(Delivery.Outcome.Release, sender.Acknowledge(PacketType.PubRec, 9, output)); // lets the peer forget it
        Assert.Equal(["PUBREL 9"], Sent());
        Assert.Equal(SenderState.AwaitingPubRec, sender.StateOf(id));
    }

    [Fact]
    [Rule("MQTT-2.3.1-2")]
    public void Subscriptions_share_the_identifiers_and_end_with_the_connection()
    {
        var sender = new Sender(20);
        ushort publish = Send(sender, "a", QualityOfService.AtLeastOnce);
        ushort subscribe = sender.Open(PacketType.Subscribe);
        Assert.NotEqual(publish, subscribe);
        Assert.Equal(Delivery.Outcome.Violation, sender.Acknowledge(PacketType.UnsubAck, subscribe, output));
        sender.ConnectionLost();
        Assert.Equal(SenderState.Free, sender.StateOf(subscribe));
        Assert.Equal(SenderState.AwaitingPubAck, sender.StateOf(publish));
    }

    [Fact]
    public void Clear_gives_every_message_back()
    {
        var sender = new Sender(20);
        for (int i = 0; i < 7; i++) Send(sender, "t", QualityOfService.AtLeastOnce);
        Assert.Equal(7, messages.InUse);
        sender.Clear();
        Assert.Equal(0, messages.InUse);
        Assert.Equal(0, sender.InFlight);
        Assert.Equal(1, Send(sender, "t", QualityOfService.AtLeastOnce));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_identifier_given_up_at_QoS_2_is_not_used_again_in_its_session(bool isReleased)
    {
        var sender = new Sender(20);
        Assert.Equal(1, Send(sender, "a", QualityOfService.ExactlyOnce));
        if (isReleased) sender.Acknowledge(PacketType.PubRec, 1, output);
        Assert.True(sender.GiveUp(1));
        Assert.Equal((0, 0), (sender.InFlight, messages.InUse));
        for (int i = 0; i < 20; i++)
        {
            ushort id = Send(sender, "b", QualityOfService.AtLeastOnce);
            Assert.NotEqual(1, id);
            sender.Acknowledge(PacketType.PubAck, id, output);
        }

        Assert.Equal(Delivery.Outcome.Release, sender.Acknowledge(PacketType.PubRec, 1, output)); // a late PUBREC: the server forgets it too
        Assert.Equal(Delivery.Outcome.Ignored, sender.Acknowledge(PacketType.PubComp, 1, output));
        sender.Renew(keepsQos2: false, journal: null);
        Assert.Contains(1, Enumerable.Range(0, 20).Select(_ => (int)Send(sender, "c", QualityOfService.AtLeastOnce)));
    }

    [Fact]
    public void An_identifier_given_up_at_QoS_1_is_free()
    {
        var sender = new Sender(1);
        Assert.Equal(1, Send(sender, "a", QualityOfService.AtLeastOnce));
        Assert.False(sender.GiveUp(1));
        Assert.Contains(1, Enumerable.Range(0, 4).Select(_ =>
        {
            ushort id = Send(sender, "b", QualityOfService.AtLeastOnce);
            sender.Acknowledge(PacketType.PubAck, id, output);
            return (int)id;
        }));
    }

    [Fact]
    public void An_exchange_allocates_nothing()
    {
        var sender = new Sender(20);
        void Exchange()
        {
            ushort id = sender.Send(messages.Keep("a/b"u8, "payload"u8, QualityOfService.ExactlyOnce), QualityOfService.ExactlyOnce, retain: false, output);
            sender.Acknowledge(PacketType.PubRec, id, output);
            sender.Acknowledge(PacketType.PubComp, id, output);
            output.Reset();
        }

        for (int i = 0; i < 100; i++) Exchange();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++) Exchange();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private ushort Send(Sender sender, string topic, QualityOfService qos) =>
        sender.Send(messages.Keep(System.Text.Encoding.UTF8.GetBytes(topic), default, qos), qos, retain: false, output);

    private List<string> Sent() => SentPackets.Describe(output.Written.Span);
}
