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
    public void EveryPublishIsAnsweredByItsQos()
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
    public void AcknowledgementsLeaveInTheOrderOfArrival()
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
    public void Qos2IsDeliveredOnceThroughReconnects()
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
    public void AHeldQos2MessageIsAnsweredWhenTheApplicationIsDoneAlsoOnTheNextConnection()
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
    public void AQos2MessageThatIsRepeatedWhileItsPubRecWaitsIsAnsweredOnce(bool isDone)
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
    public void AHeldQos2MessageThatIsRepeatedOnEachConnectionIsAnsweredOnThatWhichStands()
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
    public void AHeldQos1MessageComesAgainAndItsOldReceiptIsWorthNothing()
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
    public void ARefusedQos2MessageIsNewWhenItComesAgain()
    {
        client.Connect(clean: false);
        client.ReceivePublish("a", Qos2, 7);
        client.Session.Refuse(client.Receipts[0]);
        client.Session.ConnectionLost();
        client.Connect(clean: false, sessionPresent: true);
        Assert.Equal(["Message a qos2"], client.ReceivePublish("a", Qos2, 7, duplicate: true));
    }

    [Fact]
    public void ALateAcknowledgementDoesNotAnswerAMessageOfTheNextSession()
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
