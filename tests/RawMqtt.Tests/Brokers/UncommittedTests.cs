// SPDX-License-Identifier: MIT

using RawMqtt.Brokers;

namespace RawMqtt.Tests.Brokers;

/// <summary>While a disk takes nothing, publishers wait: what is noted and not committed does not fill the memory.</summary>
public sealed class UncommittedTests
{
    private static readonly string Payload = new('x', 1 << 20);

    private readonly TestBroker broker = new();
    private readonly TestJournal journal;
    private readonly TestClient publisher;

    public UncommittedTests()
    {
        journal = new TestJournal(broker);
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
        publisher.Publish("b", "late", qos: 1, id: 17);
        publisher.Lose();
        journal.EndCommit();
        journal.Commit();
        Assert.Null(broker.Core.Retained.Find("b"u8));
        Assert.Empty(broker.Core.Connections);
    }
}
