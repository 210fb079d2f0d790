// SPDX-License-Identifier: MIT

using RawMqtt.Codec;

namespace RawMqtt.Tests.Sessions;

/// <summary>The keep alive of a <see cref="RawMqtt.Sessions.ClientSession"/>.</summary>
public class KeepAliveTests
{
    private const QualityOfService Qos0 = QualityOfService.AtMostOnce;

    private readonly SessionFixture client = new();

    [Fact]
    [Rule("MQTT-3.1.2-23")]
    public void PINGREQ_is_sent_before_the_keep_alive_is_over()
    {
        client.Connect(keepAlive: 60);
        client.Session.Sent(client.Now);
        Assert.Equal(TimeSpan.FromSeconds(59), client.Session.NextDeadline);

        client.Now = TimeSpan.FromSeconds(50);
        client.Publish("a", Qos0);
        client.Session.Sent(client.Now); // anything sent counts
        client.Sent();
        client.ReceivePublish("a", Qos0);
        Assert.Equal(TimeSpan.FromSeconds(109), client.Session.NextDeadline);
        Assert.True(client.Session.Tick(TimeSpan.FromSeconds(108), client.Output));
        Assert.Empty(client.Sent());
        Assert.True(client.Session.Tick(TimeSpan.FromSeconds(109), client.Output));
        Assert.Equal(["PINGREQ"], client.Sent());
    }

    [Fact]
    public void PINGREQ_is_sent_to_a_server_that_is_silent_however_much_is_sent()
    {
        client.Connect(keepAlive: 60);
        client.Session.Sent(TimeSpan.FromSeconds(58));
        Assert.Equal(TimeSpan.FromSeconds(59), client.Session.NextDeadline);
        Assert.True(client.Session.Tick(TimeSpan.FromSeconds(59), client.Output));
        Assert.Equal(["PINGREQ"], client.Sent());
        client.Session.Sent(TimeSpan.FromSeconds(68));
        Assert.True(client.Session.Tick(TimeSpan.FromSeconds(68), client.Output));
        Assert.Empty(client.Sent()); // one question is enough
        Assert.False(client.Session.Tick(TimeSpan.FromSeconds(69), client.Output));
    }

    [Fact]
    public void A_silent_server_is_given_up_after_the_ping_timeout()
    {
        client.Connect(keepAlive: 60);
        Assert.True(client.Session.Tick(TimeSpan.FromSeconds(59), client.Output));
        Assert.Equal(TimeSpan.FromSeconds(69), client.Session.NextDeadline);
        Assert.True(client.Session.Tick(TimeSpan.FromSeconds(68.9), client.Output));
        Assert.False(client.Session.Tick(TimeSpan.FromSeconds(69), client.Output));
    }

    [Fact]
    public void Whatever_comes_in_is_a_sign_of_life()
    {
        client.Connect(keepAlive: 60);
        client.Session.Tick(TimeSpan.FromSeconds(59), client.Output);
        client.Now = TimeSpan.FromSeconds(68);
        client.ReceivePublish("a", Qos0);
        Assert.True(client.Session.Tick(TimeSpan.FromSeconds(70), client.Output));
        Assert.Equal(["Pong"], client.Receive(new PingRespPacket()));
        Assert.Equal(TimeSpan.FromSeconds(118), client.Session.NextDeadline);
    }

    [Fact]
    public void While_nothing_is_read_pings_go_on_and_no_answer_is_due()
    {
        client.Connect(keepAlive: 10);
        client.Session.PauseReading();
        for (int s = 9; s < 200; s += 9) Assert.True(client.Session.Tick(TimeSpan.FromSeconds(s), client.Output));
        Assert.True(client.Sent().Count > 10);
        client.Session.ResumeReading(TimeSpan.FromSeconds(200));
        Assert.True(client.Session.Tick(TimeSpan.FromSeconds(209), client.Output));
        Assert.False(client.Session.Tick(TimeSpan.FromSeconds(210), client.Output));
    }

    [Fact]
    public void Keep_alive_zero_never_pings()
    {
        client.Connect(keepAlive: 0);
        Assert.Null(client.Session.NextDeadline);
        Assert.True(client.Session.Tick(TimeSpan.FromDays(1), client.Output));
        Assert.Empty(client.Sent());
    }
}
