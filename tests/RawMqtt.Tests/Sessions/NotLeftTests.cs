// SPDX-License-Identifier: MIT

using RawMqtt.Codec;

namespace RawMqtt.Tests.Sessions;

/// <summary>A message at QoS 2 that has not left is published anew when the server has lost the session; one that may have arrived is not.</summary>
public class NotLeftTests
{
    private const QualityOfService Qos1 = QualityOfService.AtLeastOnce;
    private const QualityOfService Qos2 = QualityOfService.ExactlyOnce;

    private readonly SessionFixture client = new(republishes: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_has_not_left_is_published_anew_after_the_CONNECT_has_left(bool isClean)
    {
        Begin(isClean);
        client.Publish("left", Qos2);
        client.Sent();
        client.Publish("a", Qos2);
        client.Publish("b", Qos1);
        client.Publish("c", Qos2);
        Lose(isBroken: false);

        Assert.Equal(["CONNECT"], Reconnect(isClean));
        client.Receive(new ConnAckPacket());
        Assert.Equal(["PUBLISH 2 qos2 a", "PUBLISH 3 qos1 b", "PUBLISH 4 qos2 c"], client.Sent());
    }

    [Fact]
    public void Attempts_that_fail_in_between_change_nothing()
    {
        Begin(isClean: false);
        client.Publish("a", Qos2);
        for (int i = 0; i < 3; i++)
        {
            Lose(isBroken: true);
            Reconnect(isClean: false);
        }

        client.Receive(new ConnAckPacket());
        client.Sent();
        Assert.Equal(1, client.Session.InFlight);
    }

    [Fact]
    public void With_care_only_what_stood_alone_has_left()
    {
        Begin(isClean: false);
        client.Publish("a", Qos2);
        client.Publish("b", Qos2);
        client.Publish("c", Qos2);
        Lose(isBroken: true);

        Reconnect(isClean: false);
        client.Receive(new ConnAckPacket());
        Assert.Equal(["PINGREQ"], client.Sent());
        client.Receive(new PingRespPacket());
        Assert.Equal(["PUBLISH 1 qos2 a"], client.Sent());
        client.Session.Ping(client.Output);
        client.Sent();
        Lose(isBroken: false);

        Reconnect(isClean: false);
        client.Receive(new ConnAckPacket());
        client.Sent();
        client.Receive(new PingRespPacket());
        Assert.Equal(2, client.Session.InFlight); // without a, which may have arrived
        Assert.Null(client.Session.MessageOf(1));
    }

    private void Begin(bool isClean)
    {
        client.Connect(isClean);
        client.Sent();
    }

    private void Lose(bool isBroken)
    {
        client.Output.Reset();
        client.Session.ConnectionLost(isBroken);
    }

    private List<string> Reconnect(bool isClean)
    {
        client.SendConnect(isClean);
        return client.Sent();
    }
}
