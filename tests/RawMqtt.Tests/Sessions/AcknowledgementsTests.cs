// SPDX-License-Identifier: MIT

using RawMqtt.Codec;

namespace RawMqtt.Tests.Sessions;

/// <summary>What the application gets, and how a <see cref="RawMqtt.Sessions.ClientSession"/> answers it.</summary>
public class AcknowledgementsTests
{
    private const QualityOfService Qos0 = QualityOfService.AtMostOnce;
    private const QualityOfService Qos1 = QualityOfService.AtLeastOnce;
    private const QualityOfService Qos2 = QualityOfService.ExactlyOnce;

    private readonly SessionFixture client = new();

    [Fact]
    [Rule("MQTT-4.5.0-2", "MQTT-3.3.4-1", "MQTT-4.3.2-2")]
    public void Every_PUBLISH_is_answered_by_its_QoS()
    {
        client.Connect();
        Assert.Equal(["Message a qos0"], client.ReceivePublish("a", Qos0));
        Assert.Equal(["Message b qos1"], client.ReceivePublish("b", Qos1, 1));
        Assert.Equal(["Message c qos2"], client.ReceivePublish("c", Qos2, 2));
        Assert.Empty(client.Sent()); // the application has them first
        client.Acknowledge(0);
        client.Acknowledge(1);
        Assert.Equal(["PUBACK 1", "PUBREC 2"], client.Sent());
        Assert.Equal(["Message b qos1"], client.ReceivePublish("b", Qos1, 1, duplicate: true)); // after PUBACK: a new message
    }

    [Fact]
    [Rule("MQTT-4.6.0-2", "MQTT-4.6.0-3")]
    public void Acknowledgements_leave_in_the_order_of_arrival()
    {
        client.Connect();
        client.ReceivePublish("a", Qos1, 5);
        client.ReceivePublish("b", Qos2, 6);
        client.ReceivePublish("c", Qos1, 7);
        client.ReceivePublish("d", Qos2, 8);
        client.Acknowledge(3);
        client.Acknowledge(1);
        Assert.Empty(client.Sent());
        client.Acknowledge(0);
        Assert.Equal(["PUBACK 5", "PUBREC 6"], client.Sent());
        client.Acknowledge(2);
        Assert.Equal(["PUBACK 7", "PUBREC 8"], client.Sent());
        Assert.Equal(0, client.Session.Unanswered);
    }

    [Fact]
    [Rule("MQTT-4.3.3-2")]
    public void QoS_2_is_delivered_once_through_reconnects()
    {
        client.Connect(clean: false);
        client.ReceivePublish("a", Qos2, 7);
        client.Acknowledge(0);
        Assert.Equal(["PUBREC 7"], client.Sent());
        client.Session.ConnectionLost();
        client.Connect(clean: false, sessionPresent: true);
        Assert.Empty(client.ReceivePublish("a", Qos2, 7, duplicate: true));
        Assert.Equal(["PUBREC 7"], client.Sent());
        client.Receive(new PubRelPacket { PacketId = 7 });
        Assert.Equal(["PUBCOMP 7"], client.Sent());
        Assert.Equal(["Message a qos2"], client.ReceivePublish("a", Qos2, 7)); // (d): new again
    }

    [Fact]
    [Rule("MQTT-4.3.3-2")]
    public void A_held_QoS_2_message_is_answered_when_the_application_is_done_also_on_the_next_connection()
    {
        client.Connect(clean: false);
        client.ReceivePublish("a", Qos2, 7);
        client.Session.ConnectionLost();
        client.Connect(clean: false, sessionPresent: true);
        Assert.Empty(client.ReceivePublish("a", Qos2, 7, duplicate: true)); // the application has it already
        Assert.Empty(client.Sent());
        client.Acknowledge(0);
        Assert.Equal(["PUBREC 7"], client.Sent());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_QoS_2_message_that_is_repeated_while_its_PUBREC_waits_is_answered_once(bool isDone)
    {
        client.Connect();
        client.ReceivePublish("before", Qos1, 6);
        client.ReceivePublish("a", Qos2, 7);
        if (isDone) client.Acknowledge(1); // and still waits for the answer before it
        for (int i = 0; i < 1000; i++) Assert.Empty(client.ReceivePublish("a", Qos2, 7, duplicate: true));
        client.ReceivePublish("behind", Qos1, 8);
        Assert.Equal(3, client.Session.Unanswered);

        client.Acknowledge(0);
        if (!isDone) client.Acknowledge(1);
        client.Acknowledge(2);
        Assert.Equal(["PUBACK 6", "PUBREC 7", "PUBACK 8"], client.Sent());
        client.ReceivePublish("a", Qos2, 7, duplicate: true);
        Assert.Equal(["PUBREC 7"], client.Sent()); // none waits any more
    }

    [Fact]
    public void A_held_QoS_2_message_that_is_repeated_on_each_connection_is_answered_on_that_which_stands()
    {
        client.Connect(clean: false);
        client.ReceivePublish("a", Qos2, 7);
        for (int i = 0; i < 3; i++)
        {
            client.Session.ConnectionLost();
            client.Connect(clean: false, sessionPresent: true);
            for (int j = 0; j < 3; j++) Assert.Empty(client.ReceivePublish("a", Qos2, 7, duplicate: true));
            Assert.Equal(1, client.Session.Unanswered);
        }

        client.Acknowledge(0);
        Assert.Equal(["PUBREC 7"], client.Sent());
    }

    [Fact]
    public void A_held_QoS_1_message_comes_again_and_its_old_receipt_is_worth_nothing()
    {
        client.Connect(clean: false);
        client.ReceivePublish("a", Qos1, 7);
        client.Session.ConnectionLost();
        client.Acknowledge(0);
        client.Connect(clean: false, sessionPresent: true);
        client.Acknowledge(0);
        Assert.Empty(client.Sent());
        Assert.Equal(["Message a qos1"], client.ReceivePublish("a", Qos1, 7, duplicate: true));
        client.Acknowledge(1);
        Assert.Equal(["PUBACK 7"], client.Sent());
    }

    [Fact]
    [Rule("MQTT-4.8.0-2")]
    public void A_refused_QoS_2_message_is_new_when_it_comes_again()
    {
        client.Connect(clean: false);
        client.ReceivePublish("a", Qos2, 7);
        client.Session.Refuse(client.Receipts[0]);
        client.Session.ConnectionLost();
        client.Connect(clean: false, sessionPresent: true);
        Assert.Equal(["Message a qos2"], client.ReceivePublish("a", Qos2, 7, duplicate: true));
    }

    [Fact]
    [Rule("MQTT-4.3.3-2")]
    public void A_late_refusal_does_not_have_a_message_of_the_next_session_delivered_twice()
    {
        client.Connect(clean: false);
        client.ReceivePublish("old", Qos2, 7);
        client.Session.ConnectionLost();
        client.Connect(clean: false);
        client.ReceivePublish("new", Qos2, 7);
        client.Session.ConnectionLost();
        client.Session.Refuse(client.Receipts[0]);
        client.Connect(clean: false, sessionPresent: true);
        Assert.Empty(client.ReceivePublish("new", Qos2, 7, duplicate: true));
    }

    [Fact]
    public void A_late_acknowledgement_does_not_answer_a_message_of_the_next_session()
    {
        client.Connect();
        client.ReceivePublish("old", Qos2, 1);
        client.Session.ConnectionLost();
        client.Connect();
        client.ReceivePublish("new", Qos2, 1);
        client.Acknowledge(0);
        Assert.Empty(client.Sent());
        client.Acknowledge(1);
        Assert.Equal(["PUBREC 1"], client.Sent());
    }
}
