// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Brokers;

namespace RawMqtt.Tests.Brokers;

/// <summary>Who may read and write which topic, as the program decides.</summary>
public class TopicAccessTests
{
    private readonly List<string> refused = [];
    private string secret = "secret";
    private int asked;

    [Fact]
    public void A_message_goes_to_the_clients_that_may_read_its_topic()
    {
        TestBroker broker = Start();
        TestClient reader = broker.Connect("reader");
        TestClient other = broker.Connect("other");
        reader.Subscribed("#", 1);
        other.Subscribed("#", 1);
        TestClient publisher = broker.Connect("publisher");
        publisher.Publish("secret/a", "1", qos: 1, id: 1);
        publisher.Publish("open/a", "2", qos: 1, id: 2);

        Assert.Equal(["PUBLISH 1 qos1 secret/a=1", "PUBLISH 2 qos1 open/a=2"], reader.Received());
        Assert.Equal(["PUBLISH 1 qos1 open/a=2"], other.Received());
    }

    [Fact]
    public void The_predicate_is_asked_once_for_each_route_and_again_after_a_reload()
    {
        TestBroker broker = Start();
        TestClient other = broker.Connect("other");
        other.Subscribed("#");
        TestClient publisher = broker.Connect("publisher");
        for (int i = 0; i < 10; i++) publisher.Publish("secret/a", "1");
        Assert.Equal(2, asked); // write by the publisher, read by the subscriber
        Assert.Empty(other.Received());

        secret = "another secret";
        broker.Core.ReloadAccess();
        publisher.Publish("secret/a", "2");
        Assert.Equal(4, asked);
        Assert.Equal(["PUBLISH qos0 secret/a=2"], other.Received());
    }

    [Fact]
    public void A_retained_message_is_replayed_to_the_clients_that_may_read_it()
    {
        TestBroker broker = Start();
        broker.PublishFromProgram("secret/a", "1", retain: true);
        broker.PublishFromProgram("open/a", "2", retain: true);
        TestClient other = broker.Connect("other");
        other.Subscribe(1, ("#", 0));

        Assert.Equal(["SUBACK 1: 0", "PUBLISH qos0 retain open/a=2"], other.Received());
    }

    /// <summary>The search for readable ones is part of a turn's budget.</summary>
    [Fact]
    public void Retained_messages_that_a_client_may_not_read_end_its_turn_too()
    {
        TestBroker broker = Start(limits: new MqttBrokerLimits { MaxRetainedSearch = 25 });
        for (int i = 0; i < 100; i++) broker.PublishFromProgram($"secret/{i}", "1", retain: true);
        broker.PublishFromProgram("zzz", "2", retain: true);
        TestClient other = broker.Connect("other");
        other.Subscribe(1, ("#", 0));
        for (int i = 0; i < 10; i++) broker.Pass(TimeSpan.FromSeconds(1));

        Assert.Equal(["SUBACK 1: 0", "PUBLISH qos0 retain zzz=2"], other.Received());
    }

    [Fact]
    public void A_subscription_of_the_program_reads_all()
    {
        TestBroker broker = Start();
        var got = new List<string>();
        broker.Core.Subscribe("#"u8, 0, (in RawMqtt.Codec.PublishPacket packet) =>
        {
            got.Add(Encoding.UTF8.GetString(packet.Topic));
            return false;
        });
        broker.Connect("publisher").Publish("secret/a", "1");

        Assert.Equal(["secret/a"], got);
    }

    [Fact]
    [Rule("MQTT-3.3.5-2")]
    public void A_PUBLISH_without_write_access_is_acknowledged_and_dropped_and_reported()
    {
        TestBroker broker = Start();
        TestClient reader = broker.Connect("reader");
        reader.Subscribed("#");
        TestClient other = broker.Connect("other");
        other.Publish("secret/a", "1", qos: 1, id: 7);
        other.Publish("secret/b", "2", qos: 2, id: 8);

        Assert.Equal(["PUBACK 7", "PUBREC 8"], other.Received());
        Assert.Empty(reader.Received());
        Assert.Equal(["other publish secret/a 1"], refused);
        Assert.Equal(2, broker.Statistics.MessagesNotAllowed);

        broker.Now += TimeSpan.FromSeconds(1);
        other.Publish("secret/c", "3");
        Assert.Equal(["other publish secret/a 1", "other publish secret/c 2"], refused);
    }

    [Fact]
    public void A_refused_PUBLISH_ends_the_connection_if_that_is_chosen()
    {
        TestBroker broker = Start(ends: true);
        TestClient other = broker.Connect("other");
        other.Publish("secret/a", "1", qos: 1, id: 7);

        Assert.Equal(MqttConnectionEnd.NotAllowed, other.End);
        Assert.Empty(other.Received());
    }

    [Fact]
    public void A_Will_needs_write_access_when_it_is_published()
    {
        TestBroker broker = Start();
        TestClient reader = broker.Connect("reader");
        reader.Subscribed("#");
        foreach (string id in new[] { "publisher", "other" })
        {
            TestClient client = broker.Open();
            client.Connect(id, willTopic: "secret/will", will: id);
            client.Lose();
        }

        Assert.Equal(["PUBLISH qos0 secret/will=publisher"], reader.Received());
        Assert.Equal(["other will secret/will 1"], refused);
    }

    [Fact]
    public void A_topic_that_was_allowed_is_no_pass_for_another()
    {
        TestBroker broker = Start();
        TestClient reader = broker.Connect("reader");
        reader.Subscribed("#");
        TestClient other = broker.Connect("other");
        foreach (string topic in new[] { "open/a", "secret/a", "open/a", "secret/a", $"secret/{new string('x', 300)}" }) other.Publish(topic, "1");

        Assert.Equal(["PUBLISH qos0 open/a=1", "PUBLISH qos0 open/a=1"], reader.Received());
    }

    [Theory]
    [InlineData("$share/group/a")]
    [InlineData("$queue/a")]
    [InlineData("$exclusive/a")]
    public void A_shared_subscription_is_refused_and_reported(string filter)
    {
        TestBroker broker = Start();
        TestClient other = broker.Connect("other");
        other.Subscribe(1, (filter, 1));

        Assert.Equal(["SUBACK 1: 80"], other.Received());
        Assert.Equal([$"other share {filter} 1"], refused);
    }

    private TestBroker Start(bool ends = false, MqttBrokerLimits? limits = null) => new(limits, new BrokerCallbacks
    {
        CanRead = (subscriber, topic) => IsAllowed(subscriber, topic),
        CanWrite = (subscriber, topic) => IsAllowed(subscriber, topic),
        EndsRefusedPublishers = ends,
        Refused = (subscriber, action, topic, count) =>
            refused.Add($"{Encoding.UTF8.GetString(subscriber.ClientId)} {action} {Encoding.UTF8.GetString(topic)} {count}"),
    });

    /// <summary>The client "other" has no access to the topics below the secret one.</summary>
    private bool IsAllowed(Subscriber subscriber, ReadOnlySpan<byte> topic)
    {
        asked++;
        return !subscriber.ClientId.AsSpan().SequenceEqual("other"u8) || !topic.StartsWith(Encoding.UTF8.GetBytes(secret));
    }
}
