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
        TickAndSend(59);
        client.Session.Sent(TimeSpan.FromSeconds(68));
        Assert.True(client.Session.Tick(TimeSpan.FromSeconds(68), client.Output));
        Assert.Empty(client.Sent()); // one question is enough
        Assert.False(client.Session.Tick(TimeSpan.FromSeconds(69), client.Output));
    }

    [Fact]
    public void A_silent_server_is_given_up_after_the_ping_timeout()
    {
        client.Connect(keepAlive: 60);
        TickAndSend(59);
        Assert.Equal(TimeSpan.FromSeconds(69), client.Session.NextDeadline);
        Assert.True(client.Session.Tick(TimeSpan.FromSeconds(68.9), client.Output));
        Assert.False(client.Session.Tick(TimeSpan.FromSeconds(69), client.Output));
    }

    [Fact]
    public void Whatever_comes_in_is_a_sign_of_life()
    {
        client.Connect(keepAlive: 60);
        TickAndSend(59);
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
        for (int s = 9; s < 200; s += 9) TickAndSend(s);
        client.Session.ResumeReading(TimeSpan.FromSeconds(200));
        TickAndSend(209);
        Assert.False(client.Session.Tick(TimeSpan.FromSeconds(210), client.Output));
    }

    [Fact]
    public void Time_for_the_answer_begins_when_PINGREQ_has_left()
    {
        client.Connect(keepAlive: 4);
        client.Session.Leaving(TimeSpan.Zero, 256 * 1024);
        Assert.True(client.Session.Tick(TimeSpan.FromSeconds(3), client.Output)); // PINGREQ waits behind a write that goes on for long
        client.Session.Sent(TimeSpan.FromSeconds(20), isLast: false);
        client.Session.Leaving(TimeSpan.FromSeconds(20), 256 * 1024, isFirst: false);
        Assert.True(client.Session.Tick(TimeSpan.FromSeconds(25), client.Output));
        client.Session.Sent(TimeSpan.FromSeconds(40));
        client.Session.Leaving(TimeSpan.FromSeconds(40), 2);
        client.Session.Sent(TimeSpan.FromSeconds(40));
        Assert.True(client.Session.Tick(TimeSpan.FromSeconds(49), client.Output)); // it is 40 s and the ping timeout, at least
        client.Now = TimeSpan.FromSeconds(49);
        Assert.Equal(["Pong"], client.Receive(new PingRespPacket()));
    }

    [Fact]
    public void Write_that_makes_no_progress_ends_the_connection()
    {
        client.Connect(keepAlive: 4);
        client.Session.Leaving(TimeSpan.Zero, 256 * 1024);
        Assert.True(client.Session.Tick(TimeSpan.FromSeconds(3), client.Output));
        Assert.True(client.Session.Tick(TimeSpan.FromSeconds(41), client.Output)); // 32 s of a slow line, and the ping timeout
        Assert.False(client.Session.Tick(TimeSpan.FromSeconds(43), client.Output));
    }

    [Fact]
    public void What_was_just_sent_has_the_time_that_a_slow_line_needs()
    {
        client.Connect(keepAlive: 4);
        client.Session.Leaving(TimeSpan.Zero, 500_000);
        client.Session.Sent(TimeSpan.Zero); // the buffers of the system hold it
        TickAndSend(3);
        TickAndSend(60);
        Assert.False(client.Session.Tick(TimeSpan.FromSeconds(75), client.Output));
    }

    [Fact]
    public void What_the_server_has_answered_needs_no_time_on_the_line()
    {
        client.Connect(keepAlive: 60);
        for (int s = 0; s < 50; s++)
        {
            client.Session.Leaving(TimeSpan.FromSeconds(s), 100_000); // more than a slow line carries
            client.Session.Sent(TimeSpan.FromSeconds(s));
            client.Now = TimeSpan.FromSeconds(s);
            client.ReceivePublish("a", Qos0);
        }

        client.Now = TimeSpan.FromSeconds(108);
        TickAndSend(108);
        Assert.Equal(TimeSpan.FromSeconds(118), client.Session.NextDeadline);
    }

    [Fact]
    public void Server_that_sends_and_answers_no_PINGREQ_is_given_up()
    {
        client.Connect(keepAlive: 10);
        int pings = 0;
        for (int s = 1; s < 100; s++)
        {
            client.Now = TimeSpan.FromSeconds(s);
            client.ReceivePublish("a", Qos0);
            bool isAlive = client.Session.Tick(client.Now, client.Output);
            pings += client.Sent().Count;
            if (!isAlive) break;
        }

        Assert.Equal((4, 45), (pings, client.Now.TotalSeconds));
        Assert.True(client.Session.ArePingsIgnored);
    }

    [Fact]
    public void Large_packet_that_is_on_its_way_for_long_is_no_reason_to_give_up()
    {
        client.Connect(keepAlive: 4);
        for (int s = 1; s < 100; s++)
        {
            client.Now = TimeSpan.FromSeconds(s);
            client.Receive([0x30, 0xFF, 0xFF, 0x03]); // a part of it again and again
            Assert.True(client.Session.Tick(client.Now, client.Output));
            client.Sent();
        }

        Assert.Equal(["Pong"], client.Receive(new PingRespPacket()));
    }

    [Fact]
    public void Keep_alive_zero_never_pings()
    {
        client.Connect(keepAlive: 0);
        Assert.Null(client.Session.NextDeadline);
        Assert.True(client.Session.Tick(TimeSpan.FromDays(1), client.Output));
        Assert.Empty(client.Sent());
    }

    private void TickAndSend(int second)
    {
        client.Now = TimeSpan.FromSeconds(second);
        Assert.True(client.Session.Tick(client.Now, client.Output));
        Assert.Equal(["PINGREQ"], client.Sent());
    }
}
