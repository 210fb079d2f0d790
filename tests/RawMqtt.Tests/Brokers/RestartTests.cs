// SPDX-License-Identifier: MIT

namespace RawMqtt.Tests.Brokers;

/// <summary>What a broker with a journal knows after its process was killed: what was committed, and nothing else.</summary>
public class RestartTests
{
    private TestBroker broker = new();
    private TestJournal journal;

    public RestartTests() => journal = new TestJournal(broker);

    [Fact]
    [Rule("MQTT-4.1.0-1", "MQTT-3.1.2-4", "MQTT-3.1.2-5", "MQTT-3.2.2-2", "MQTT-4.4.0-1", "MQTT-4.5.0-1")]
    public void A_kept_session_goes_on_with_its_subscriptions_and_messages_after_a_crash()
    {
        TestClient reader = Kept("r");
        reader.Subscribe(1, ("a", 2), ("b", 1));
        TestClient publisher = Kept("p");
        publisher.Publish("a", "1", qos: 1, id: 1);
        publisher.Publish("a", "2", qos: 2, id: 2);
        publisher.Publish("a", "3", qos: 2, id: 3);
        journal.Commit();
        reader.PubRec(3);
        reader.PubAck(1);
        reader.Lose();
        publisher.Publish("b", "4", qos: 1, id: 4);
        journal.Commit();
        Crash();

        reader = Return("r");
        Assert.Equal(["CONNACK 0 present", "PUBREL 3", "PUBLISH 2 qos2 dup a=2", "PUBLISH 1 qos1 b=4"], reader.Received());
        Return("p").Publish("b", "5", qos: 1, id: 5);
        journal.Commit();
        Assert.Equal(["PUBLISH 4 qos1 b=5"], reader.Received());
    }

    [Fact]
    [Rule("MQTT-4.3.3-2", "MQTT-4.1.0-1")]
    public void A_QoS_2_message_that_is_sent_again_after_a_crash_is_not_delivered_again()
    {
        TestClient reader = Kept("r");
        reader.Subscribe(1, ("a", 2));
        Kept("p").Publish("a", "x", qos: 2, id: 7);
        journal.Commit();
        Crash();

        reader = Return("r");
        Assert.Equal(["CONNACK 0 present", "PUBLISH 1 qos2 dup a=x"], reader.Received());
        TestClient publisher = Return("p");
        publisher.Publish("a", "x", qos: 2, id: 7, duplicate: true);
        publisher.PubRel(7);
        publisher.Publish("a", "y", qos: 2, id: 7);
        journal.Commit();
        Assert.Equal(["CONNACK 0 present", "PUBREC 7", "PUBCOMP 7", "PUBREC 7"], publisher.Received());
        Assert.Equal(["PUBLISH 2 qos2 a=y"], reader.Received());
    }

    [Fact]
    [Rule("MQTT-3.3.1-5", "MQTT-3.3.1-10")]
    public void Retained_messages_are_there_after_a_crash_and_removed_ones_are_not()
    {
        TestClient publisher = Kept("p");
        publisher.Publish("a", "old", retain: true);
        publisher.Publish("a", "new", retain: true);
        publisher.Publish("b", "gone", qos: 1, id: 1, retain: true);
        publisher.Publish("b", "", qos: 1, id: 2, retain: true);
        journal.Commit();
        Crash();

        TestClient late = broker.Connect("l");
        late.Subscribe(1, ("#", 1));
        Assert.Equal(["SUBACK 1: 1", "PUBLISH qos0 retain a=new"], late.Received());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [Rule("MQTT-3.3.1-8", "MQTT-4.4.0-1")]
    public void A_retained_message_that_was_sent_to_a_kept_session_is_sent_again_after_a_crash_and_before_newer_ones(int qos)
    {
        broker.Connect("p").Publish("a", "old", qos: 1, id: 1, retain: true);
        journal.Commit();
        TestClient reader = Kept("r");
        reader.Subscribe(1, ("a", qos));
        broker.PublishFromProgram("a", "new");
        broker.Connect("q").Publish("a", "newer", qos: 1, id: 1);
        Assert.Empty(reader.Received());
        journal.Commit();
        Assert.Equal(["SUBACK 1: " + qos, "PUBLISH 1 qos1 retain a=old", "PUBLISH qos0 a=new", "PUBLISH 2 qos1 a=newer"], reader.Received());
        Crash();

        reader = Return("r");
        Assert.Equal(["CONNACK 0 present", "PUBLISH 1 qos1 dup retain a=old", "PUBLISH 2 qos1 dup a=newer"], reader.Received());
        reader.PubAck(1);
        journal.Commit();
        Crash();
        Assert.Equal(["CONNACK 0 present", "PUBLISH 2 qos1 dup a=newer"], Return("r").Received());
    }

    [Fact]
    [Rule("MQTT-3.1.2-6", "MQTT-3.2.2-1")]
    public void A_clean_session_ends_with_the_process_and_a_discarded_one_does_not_come_back()
    {
        Kept("c").Subscribe(1, ("a", 1));
        journal.Commit();
        TestClient clean = Return("c", cleanSession: true);
        clean.Subscribe(1, ("b", 1));
        journal.Commit();
        Crash();

        Assert.Equal(["CONNACK 0"], Return("c").Received());
        TestClient publisher = broker.Connect("p");
        publisher.Publish("a", "x", qos: 1, id: 1);
        publisher.Publish("b", "x", qos: 1, id: 2);
        Assert.Equal(0, broker.Statistics.MessagesQueued + broker.Statistics.MessagesSent);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [Rule("MQTT-3.1.2-8", "MQTT-3.1.2-9", "MQTT-3.1.2-10", "MQTT-3.1.2-16")]
    public void The_Will_of_a_connection_that_ended_with_the_process_goes_out_once(int qos)
    {
        Watch();
        WithWill("c", (QualityOfService)qos);
        Assert.Equal(["CONNACK 0"], WithWill("d", (QualityOfService)qos).Received());
        Crash();
        journal.Commit();
        string[] expected = ["will/c=gone", "will/d=gone"];
        Assert.Equal(qos == 0 ? [] : expected, Watched()); // at QoS 0 nobody was there to get it
        Crash();
        Assert.Empty(Watched());
    }

    [Fact]
    [Rule("MQTT-3.1.2-17")]
    public void A_retained_Will_is_the_retained_message_after_a_crash()
    {
        TestClient client = broker.Open();
        client.Connect("c", willTopic: "will/c", will: "gone", willRetain: true);
        journal.Commit();
        Crash();
        journal.Commit();
        Crash();

        TestClient late = broker.Connect("l");
        late.Subscribe(1, ("will/#", 0));
        Assert.Equal(["SUBACK 1: 0", "PUBLISH qos0 retain will/c=gone"], late.Received());
    }

    [Fact]
    [Rule("MQTT-3.14.4-3", "MQTT-3.1.2-10")]
    public void A_Will_that_DISCONNECT_removed_stays_silent_and_the_connection_is_closed_once_that_is_committed()
    {
        Watch();
        TestClient leaves = WithWill("c");
        leaves.Disconnect();
        Assert.False(IsClosable(leaves));
        journal.BeginCommit();
        Assert.False(IsClosable(leaves));
        journal.EndCommit();
        Assert.True(IsClosable(leaves));
        Crash();
        journal.Commit();
        Assert.Empty(Watched());
    }

    [Fact]
    [Rule("MQTT-3.14.4-3", "MQTT-3.1.2-8")]
    public void A_DISCONNECT_that_was_not_committed_has_not_closed_its_connection_and_the_Will_goes_out()
    {
        Watch();
        TestClient leaves = WithWill("c");
        leaves.Disconnect();
        journal.BeginCommit(); // it is not written
        Assert.False(IsClosable(leaves));
        Crash();
        journal.Commit();
        Assert.Equal(["will/c=gone"], Watched());
    }

    [Fact]
    [Rule("MQTT-3.1.2-10")]
    public void A_Will_that_went_out_before_the_crash_does_not_go_out_again()
    {
        Watch();
        WithWill("c").Lose();
        journal.Commit();
        Crash();
        journal.Commit();
        Assert.Equal(["will/c=gone"], Watched());
    }

    [Fact]
    [Rule("MQTT-3.1.2-8")]
    public void A_Will_whose_segment_is_gone_was_carried_forward()
    {
        journal = new TestJournal(broker = new TestBroker(), segmentLength: 300);
        Watch();
        WithWill("c");
        WithWill("d").Disconnect();
        while (journal.Newest < 5)
        {
            Kept("k").Lose();
            journal.Commit();
        }

        for (int segments = 4; segments > 0; segments--)
        {
            journal.CarryOldest();
            journal.Commit();
            journal.DeleteOldest();
        }

        Crash();
        journal.Commit();
        Assert.Equal(["will/c=gone"], Watched());
    }

    private bool IsClosable(TestClient client) => client.Connection.IsDrained(broker.Core.Parts.Turn.Committed);

    private void Crash() => journal = journal.RestartedBy(broker = new TestBroker());

    private TestClient Kept(string clientId)
    {
        TestClient client = broker.Open();
        client.Connect(clientId, cleanSession: false);
        journal.Commit();
        client.Received();
        return client;
    }

    /// <summary>The client comes again; its CONNACK, and what follows, is not taken yet.</summary>
    private TestClient Return(string clientId, bool cleanSession = false)
    {
        TestClient client = broker.Open();
        client.Connect(clientId, cleanSession);
        journal.Commit();
        journal.Load();
        journal.Commit();
        return client;
    }

    private TestClient WithWill(string clientId, QualityOfService qos = QualityOfService.AtLeastOnce)
    {
        TestClient client = broker.Open();
        client.Connect(clientId, willTopic: $"will/{clientId}", will: "gone", willQos: qos);
        journal.Commit();
        return client;
    }

    /// <summary>A kept session waits for Wills.</summary>
    private void Watch()
    {
        TestClient watcher = Kept("w");
        watcher.Subscribe(1, ("will/#", 2));
        journal.Commit();
        watcher.Lose();
        journal.Commit();
    }

    /// <summary>The Wills that came since.</summary>
    private List<string> Watched()
    {
        TestClient watcher = Return("w");
        List<string> received = watcher.Received();
        Assert.Equal("CONNACK 0 present", received[0]);
        List<string> wills = received[1..];
        Assert.All(wills, packet => Assert.StartsWith("PUBLISH", packet, StringComparison.Ordinal));
        foreach (string[] words in wills.Select(packet => packet.Split(' ')))
        {
            ushort packetId = ushort.Parse(words[1]);
            if (words[2] == "qos1") watcher.PubAck(packetId);
            else watcher.PubRec(packetId);
            watcher.PubComp(packetId); // at QoS 1 it is unknown
        }

        watcher.Lose();
        journal.Commit();
        return wills.ConvertAll(packet => packet.Split(' ')[^1]);
    }
}
