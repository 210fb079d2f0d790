// SPDX-License-Identifier: MIT


namespace RawMqtt.Tests.Brokers;

/// <summary>The Will, 3.1.2.5 to 3.1.2.7.</summary>
public class WillTests
{
    private readonly TestBroker broker = new();
    private readonly TestClient watcher;

    public WillTests()
    {
        watcher = broker.Connect("w");
        watcher.Subscribed("will/#", 2);
    }

    [Theory]
    [InlineData(0, "PUBLISH qos0 will/c=gone")]
    [InlineData(1, "PUBLISH 1 qos1 will/c=gone")]
    [InlineData(2, "PUBLISH 1 qos2 will/c=gone")]
    [Rule("MQTT-3.1.2-8", "MQTT-3.1.2-9", "MQTT-3.1.2-10", "MQTT-3.1.2-16")]
    public void Goes_out_once_when_the_connection_is_lost(int qos, string expected)
    {
        TestClient client = WithWill(qos: qos);
        client.Lose();
        Assert.Equal([expected], watcher.Received());

        client.Lose();
        Assert.Empty(watcher.Received());
        Assert.Null(broker.Core.Retained.Find("will/c"u8));
    }

    [Fact]
    [Rule("MQTT-4.8.0-2")]
    public void A_topic_of_too_many_levels_is_refused_with_its_Connect()
    {
        TestClient client = broker.Open();
        client.Connect("deep", willTopic: new string('/', 65_535), will: "x", willRetain: true);
        Assert.Equal(MqttConnectionEnd.ProtocolViolation, client.End);
        Assert.Equal("MQTT-4.8.0-2", client.Rule);
        Assert.Equal(1, broker.Statistics.TopicsTooDeep);

        client = broker.Open();
        client.Connect("edge", willTopic: "will" + new string('/', 127), will: "x", willRetain: true);
        client.Lose();
        Assert.Equal(["PUBLISH qos0 will" + new string('/', 127) + "=x"], watcher.Received());
        TestClient late = broker.Connect("late");
        late.Subscribe(1, ("#", 0));
        Assert.Equal(2, late.Received().Count);
    }

    [Fact]
    [Rule("MQTT-3.14.4-3", "MQTT-3.1.2-10")]
    public void Does_not_go_out_after_Disconnect()
    {
        TestClient client = WithWill();
        client.Disconnect();
        client.Lose();

        Assert.Equal(MqttConnectionEnd.Disconnected, client.End);
        Assert.Empty(watcher.Received());
        Assert.Equal(0, broker.Core.Messages.InUse);
    }

    [Fact]
    [Rule("MQTT-3.1.2-8")]
    public void Goes_out_when_the_client_breaks_a_rule()
    {
        WithWill().Send("30 05 00 03 'a/#'");
        Assert.Equal(["PUBLISH qos0 will/c=gone"], watcher.Received());
    }

    [Fact]
    [Rule("MQTT-3.1.2-8", "MQTT-3.14.1-1")]
    public void Goes_out_when_the_Disconnect_is_malformed()
    {
        WithWill().Send("e1 00");
        Assert.Equal(["PUBLISH qos0 will/c=gone"], watcher.Received());
    }

    [Fact]
    [Rule("MQTT-3.1.2-8", "MQTT-3.1.2-24")]
    public void Goes_out_when_the_keep_alive_expires()
    {
        TestClient client = broker.Open();
        client.Connect("c", keepAlive: 2, willTopic: "will/c", will: "gone");
        broker.Pass(TimeSpan.FromSeconds(3));
        Assert.Equal(["PUBLISH qos0 will/c=gone"], watcher.Received());
    }

    [Fact]
    [Rule("MQTT-3.1.2-8", "MQTT-3.1.4-2")]
    public void Goes_out_when_the_client_is_taken_over()
    {
        WithWill();
        TestClient newer = broker.Open();
        newer.Connect("c", willTopic: "will/c", will: "second");
        Assert.Equal(["PUBLISH qos0 will/c=gone"], watcher.Received());

        newer.Lose();
        Assert.Equal(["PUBLISH qos0 will/c=second"], watcher.Received());
    }

    [Fact]
    [Rule("MQTT-3.1.2-12")]
    public void Nothing_goes_out_without_a_will()
    {
        broker.Connect("c").Lose();
        Assert.Empty(watcher.Received());
    }

    [Fact]
    [Rule("MQTT-3.1.2-17")]
    public void With_Will_Retain_it_becomes_the_retained_message()
    {
        TestClient client = broker.Open();
        client.Connect("c", willTopic: "will/c", will: "gone", willQos: QualityOfService.AtLeastOnce, willRetain: true);
        client.Lose();
        Assert.Equal(["PUBLISH 1 qos1 will/c=gone"], watcher.Received());

        TestClient late = broker.Connect("l");
        late.Subscribe(1, ("will/+", 1));
        Assert.Equal(["SUBACK 1: 1", "PUBLISH 1 qos1 retain will/c=gone"], late.Received());
    }

    [Fact]
    public void An_empty_will_with_Will_Retain_deletes_the_retained_message()
    {
        broker.Connect("p").Publish("will/c", "here", retain: true);
        TestClient client = broker.Open();
        client.Connect("c", willTopic: "will/c", will: "", willRetain: true);
        client.Lose();

        Assert.Null(broker.Core.Retained.Find("will/c"u8));
        Assert.Equal(["PUBLISH qos0 will/c=here", "PUBLISH qos0 will/c="], watcher.Received());
    }

    [Fact]
    [Rule("MQTT-3.1.4-1")]
    public void A_refused_Connect_has_no_will()
    {
        TestClient client = broker.Open();
        client.Send("10 1a | 00 04 'MQTT' 04 04 00 00 | 00 00 | 00 06 'will/c' 00 04 'gone'");
        Assert.Equal(["CONNACK 2"], client.Received());
        client.Lose();
        Assert.Empty(watcher.Received());
    }

    [Fact]
    public void Wills_of_clients_that_one_will_ends_go_out_too()
    {
        var small = new TestBroker(new MqttBrokerLimits { MaxOutgoingBytes = 100 });
        TestClient last = small.Connect("last");
        last.Subscribed("#", 0);
        TestClient slow = small.Open();
        slow.Connect("slow", willTopic: "will/slow", will: "1");
        slow.TakesBytes = false;
        for (int i = 0; i < 200 && slow.End is null; i++) slow.Send("c0 00");

        Assert.Equal(MqttConnectionEnd.TooSlow, slow.End);
        Assert.Equal(["PUBLISH qos0 will/slow=1"], last.Received());
    }

    private TestClient WithWill(int qos = 0)
    {
        TestClient client = broker.Open();
        client.Connect("c", willTopic: "will/c", will: "gone", willQos: (QualityOfService)qos);
        Assert.Equal(["CONNACK 0"], client.Received());
        return client;
    }
}
