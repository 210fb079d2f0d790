// SPDX-License-Identifier: MIT

using RawMqtt.Brokers;

namespace RawMqtt.Tests.Brokers;

/// <summary>Which connections a sweep looks at.</summary>
public class SweepTests
{
    private readonly TestBroker broker = new();

    [Fact]
    public void One_that_waits_for_nothing_is_looked_at_every_two_seconds()
    {
        broker.Connect("c");
        broker.Pass(TimeSpan.FromSeconds(0.25));
        Assert.Equal(0, DueIn(1.9));
        Assert.Equal(1, DueIn(2));
    }

    [Fact]
    public void One_whose_keep_alive_is_over_sooner_is_looked_at_then()
    {
        broker.Connect("c", keepAlive: 1);
        broker.Pass(TimeSpan.FromSeconds(0.25));
        Assert.Equal(0, DueIn(1.2));
        Assert.Equal(1, DueIn(1.25));
    }

    [Fact]
    public void One_whose_packet_has_begun_is_looked_at_by_the_next_sweep()
    {
        TestClient client = broker.Connect("c");
        broker.Pass(TimeSpan.FromSeconds(0.25));
        client.Send("30 05 00");
        Assert.Equal(1, DueIn(0));
        broker.Pass(TimeSpan.FromSeconds(0.25));
        Assert.Equal(1, DueIn(0));
        client.Send("01 61 78 79");
        broker.Pass(TimeSpan.FromSeconds(0.25));
        Assert.Equal(0, DueIn(1));
    }

    [Fact]
    public void One_that_takes_no_bytes_is_looked_at_by_each_sweep_once_more_waits_for_it()
    {
        TestClient reader = broker.Connect("r");
        reader.Subscribe(1, ("a", 0));
        broker.Pass(TimeSpan.FromSeconds(0.25));
        reader.TakesBytes = false;
        broker.PublishFromProgram("a", "1");
        broker.Pass(TimeSpan.FromSeconds(2));
        Assert.Equal(1, DueIn(0));
    }

    [Theory]
    [InlineData(4000, 0)]
    [InlineData(8000, 1)]
    public void One_to_which_much_is_sent_at_once_is_looked_at_by_the_next_sweep(int length, int due)
    {
        TestClient reader = broker.Connect("r");
        reader.Subscribe(1, ("a", 0));
        broker.Pass(TimeSpan.FromSeconds(0.25));
        broker.PublishFromProgram("a", new string('x', length));
        Assert.Equal(due, DueIn(0));
    }

    [Fact]
    public void Those_between_which_others_had_the_lock_are_all_looked_at()
    {
        for (int i = 0; i < 300; i++) broker.Open();
        broker.Pass(TimeSpan.FromSeconds(9.9));
        Assert.Equal(0, broker.Statistics.ConnectTimeouts);
        broker.Pass(TimeSpan.FromSeconds(0.1));
        Assert.Equal(300, broker.Statistics.ConnectTimeouts);
    }

    [Fact]
    public void The_last_connection_may_go_while_a_sweep_is_under_way()
    {
        var few = new TestBroker(new MqttBrokerLimits { MaxTotalOutgoingBytes = 1 });
        TestClient reader = few.Connect("r");
        reader.Subscribe(1, ("a", 0));
        reader.TakesBytes = false;
        few.PublishFromProgram("a", "1");
        few.Core.Sweeps.Begin(few.Now);
        few.Core.Sweeps.Look([reader.Connection], few.Now);
        few.Core.Lost(reader.Connection, few.Now);
        few.Core.Sweeps.End();
        Assert.Equal(1, few.Statistics.AllOutgoingReached);
    }

    private int DueIn(double seconds)
    {
        var due = new List<BrokerConnection>();
        int place = 0;
        broker.Core.Sweeps.TakeDue(broker.Now + TimeSpan.FromSeconds(seconds), ref place, due);
        return due.Count;
    }
}
