// SPDX-License-Identifier: MIT

using RawMqtt.Brokers;

namespace RawMqtt.Tests.Brokers;

/// <summary>While a disk takes nothing, publishers wait: what is noted and not committed does not fill the memory.</summary>
public sealed class UncommittedTests
{
    private static readonly string Payload = new('x', 1 << 20);

    private readonly TestBroker broker = new();
    private readonly TestJournal journal;
    private readonly TestClient kept;
    private readonly TestClient publisher;

    public UncommittedTests()
    {
        journal = new TestJournal(broker);
        kept = broker.Open();
        kept.Connect("kept", cleanSession: false);
        kept.Subscribe(1, ("d", 1));
        journal.Commit();
        kept.Received();
        publisher = broker.Connect();
        journal.BeginCommit();
        for (ushort id = 1; id <= 16; id++) publisher.Publish("a", Payload, qos: 1, id, retain: true);
        Assert.Equal(Pause.None, publisher.Connection.Pause);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void A_message_that_may_be_noted_is_held_until_a_commit_ends(int qos)
    {
        publisher.Publish("b", "late", qos, id: (ushort)(qos > 0 ? 17 : 0), retain: true);
        Assert.Equal(Pause.Held, publisher.Connection.Pause);
        broker.Pass(TimeSpan.FromMinutes(1));
        broker.Core.EndHolds(broker.Now);
        Assert.Equal(Pause.Held, publisher.Connection.Pause);
        journal.EndCommit(); // of what was noted before
        Assert.Equal(Pause.Held, publisher.Connection.Pause);
        journal.BeginCommit();
        Assert.Equal(Pause.Held, publisher.Connection.Pause);
        Assert.Null(broker.Core.Retained.Find("b"u8));
        journal.EndCommit();
        Assert.Equal(Pause.None, publisher.Connection.Pause);
        Assert.Equal(16, publisher.Received().Count);
        publisher.Send([]);
        Assert.NotNull(broker.Core.Retained.Find("b"u8));
    }

    [Fact]
    public void A_message_that_is_not_noted_goes_on_and_acknowledgements_are_taken()
    {
        TestClient reader = broker.Connect();
        reader.Subscribed("c", qos: 1);
        publisher.Publish("c", "quick");
        Assert.Equal(["PUBLISH qos0 c=quick"], reader.Received());
        reader.Publish("d", qos: 1, id: 1);
        Assert.Equal(Pause.Held, reader.Connection.Pause);
        reader.Send("c0 00");
        Assert.Equal(["PINGRESP"], reader.Received());
    }

    [Fact]
    public void A_publisher_that_goes_while_it_is_held_is_forgotten()
    {
        publisher.Publish("d", "late", qos: 1, id: 17);
        Assert.Equal(Pause.Held, publisher.Connection.Pause);
        publisher.Lose();
        journal.EndCommit();
        journal.Commit();
        Assert.Empty(kept.Received());
        Assert.Single(broker.Core.Connections);
    }

    [Fact]
    public void A_message_at_QoS_1_for_nobody_whose_session_is_kept_goes_on()
    {
        TestClient reader = broker.Connect();
        reader.Subscribed("c", qos: 1);
        reader.Publish("c", "quick", qos: 1, id: 1);
        Assert.Equal(["PUBLISH 1 qos1 c=quick", "PUBACK 1"], reader.Received());
    }

    [Theory]
    [InlineData(false, false, true)]
    [InlineData(true, true, true)]
    [InlineData(true, false, false)]
    public void A_CONNECT_that_is_noted_waits_for_the_commit(bool cleanSession, bool hasWill, bool waits)
    {
        TestClient late = broker.Open();
        late.Connect("late", cleanSession, willTopic: hasWill ? "will" : null);
        broker.Pass(TimeSpan.FromSeconds(59));
        Assert.Null(late.End);
        Assert.Equal(waits ? [] : ["CONNACK 0"], late.Received());
        journal.EndCommit();
        journal.Commit();
        late.Send([]);
        journal.Commit();
        Assert.Equal(waits ? ["CONNACK 0"] : [], late.Received());
    }

    [Fact]
    public void A_CONNECT_that_has_waited_for_a_minute_ends_since_its_client_may_be_gone()
    {
        TestClient late = broker.Open();
        late.Connect("late", cleanSession: false);
        broker.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal(MqttConnectionEnd.NoRoom, late.End);
        journal.EndCommit();
        journal.Commit();
        Assert.Equal(2, broker.Statistics.ClientsConnected); // this one never was
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_change_of_a_kept_session_waits_and_a_PINGREQ_behind_it_is_answered(bool subscribes)
    {
        if (subscribes) kept.Subscribe(2, ("e", 1));
        else kept.Unsubscribe(2, "d");
        kept.Send("c0 00");
        Assert.Equal(["PINGRESP"], kept.Received());
        TestClient clean = broker.Connect();
        clean.Subscribed("e");
        journal.EndCommit();
        journal.Commit();
        kept.Send([]);
        journal.Commit();
        Assert.Equal([subscribes ? "SUBACK 2: 1" : "UNSUBACK 2"], kept.Received());
    }

    [Fact]
    public void The_program_may_go_twice_as_far_and_is_refused_then()
    {
        int taken = 0;
        while (taken < 100 && broker.TryPublishFromProgram("program", Payload, retain: true)) taken++;
        Assert.InRange(taken, 15, 17);
        Assert.True(broker.TryPublishFromProgram("program", "not kept"));
        Assert.True(broker.TryPublishFromProgram("$SYS/broker/uptime", "1", retain: true));
        journal.EndCommit();
        journal.Commit();
        Assert.True(broker.TryPublishFromProgram("program", Payload, retain: true));
    }
}
