// SPDX-License-Identifier: MIT

using RawMqtt.Codec;

namespace RawMqtt.Tests.Sessions;

/// <summary>A careful connection whose PINGREQ is not answered: it goes on if the server is not silent.</summary>
public class CarefulSendingTests
{
    private static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(10); // of the fixture

    private readonly SessionFixture client = new();

    [Fact]
    public void A_server_that_sends_and_ignores_PINGREQ_gets_all_that_waits()
    {
        BeginWithCare();
        Assert.Equal(PingTimeout, client.Session.NextDeadline);
        client.Now = PingTimeout - TimeSpan.FromSeconds(1);
        client.ReceivePublish("x", QualityOfService.AtMostOnce);
        Assert.True(client.Session.Tick(client.Now, client.Output));
        Assert.Empty(client.Sent());
        client.Now = PingTimeout;
        Assert.True(client.Session.Tick(client.Now, client.Output));
        Assert.Single(client.Sent(), sent => sent.StartsWith("PUBLISH", StringComparison.Ordinal));
        Assert.True(client.Session.IsSendingFreely);
        client.Receive(new PingRespPacket()); // late
        Assert.Empty(client.Sent());
        Assert.True(client.Session.CanPublish);
    }

    [Fact]
    public void A_silent_server_ends_the_connection_and_gets_nothing_more()
    {
        BeginWithCare();
        client.Now = PingTimeout;
        Assert.False(client.Session.Tick(client.Now, client.Output));
        Assert.Empty(client.Sent());
    }

    [Fact]
    public void The_time_begins_when_the_PINGREQ_has_left()
    {
        BeginWithCare(isSent: false);
        client.Now = 3 * PingTimeout;
        client.ReceivePublish("x", QualityOfService.AtMostOnce);
        Assert.True(client.Session.Tick(client.Now, client.Output));
        Assert.Equal(["PINGREQ"], client.Sent());
        Assert.Equal(4 * PingTimeout, client.Session.NextDeadline);
    }

    private void BeginWithCare(bool isSent = true)
    {
        client.Connect(clean: false);
        client.Publish("a", QualityOfService.AtLeastOnce);
        client.Sent();
        client.Session.ConnectionLost(isBroken: true);
        client.SendConnect(clean: false);
        client.Sent();
        client.Receive(new ConnAckPacket { SessionPresent = true });
        if (isSent) Assert.Equal(["PINGREQ"], client.Sent());
    }
}
