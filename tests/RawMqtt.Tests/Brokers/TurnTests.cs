// SPDX-License-Identifier: MIT

using System.Text;

namespace RawMqtt.Tests.Brokers;

/// <summary>What one connection makes the broker do is counted, and beyond the budget of its turn others go first.</summary>
public class TurnTests
{
    [Theory]
    [InlineData("c0 00", 0)]
    [InlineData("62 02 00 01", 0)]
    [InlineData("30 03 00 01 'n'", 0)]
    [InlineData("30 03 00 01 'a'", 1)]
    [InlineData("32 05 00 01 'a' 00 01", 3)]
    public void A_long_read_is_taken_in_turns_and_none_of_it_is_lost(string packet, int receivers)
    {
        var broker = new TestBroker(new MqttBrokerLimits { MaxTurnSteps = 1000 });
        for (int i = 0; i < receivers; i++) broker.Connect($"r{i}").Subscribed("a");
        TestClient client = broker.Connect("c");
        long before = client.Connection.PacketsReceived;
        int turns = client.Turns;
        long ended = broker.Statistics.TurnsEnded;
        client.Send(string.Join(" | ", Enumerable.Repeat(packet, 2000)));

        Assert.Equal(2000, client.Connection.PacketsReceived - before);
        int steps = 500 + (2000 * (1 + receivers));
        Assert.InRange(client.Turns - turns, steps / 1000, steps / 500);
        Assert.Equal(client.Turns - turns - 1, broker.Statistics.TurnsEnded - ended);
    }

    [Fact]
    public void Many_short_reads_in_a_row_are_one_turn_until_others_could_go_first()
    {
        var broker = new TestBroker();
        TestClient client = broker.Connect("c");
        for (int i = 0; i < 30; i++) client.Send("c0 00");
        Assert.Equal(0, broker.Statistics.TurnsEnded);
        client.Connection.BeginTurn(); // the shell: a read had to wait
        for (int i = 0; i < 39; i++) client.Send("c0 00");
        Assert.Equal(0, broker.Statistics.TurnsEnded);
        client.Send("c0 00");
        Assert.Equal(1, broker.Statistics.TurnsEnded);
    }

    /// <summary>32 768 filters of {a,+} at depth 15, from 80 clients: each search for a/a/.../x visits tens of thousands of nodes.</summary>
    [Fact]
    public void The_search_for_subscribers_ends_a_turn_by_what_it_visits()
    {
        const int Depth = 15;
        var broker = new TestBroker();
        for (int client = 0; client < 80; client++)
        {
            TestClient subscriber = broker.Connect($"s{client}");
            int each = (1 << Depth) / 80 + 1;
            IEnumerable<int> numbers = Enumerable.Range(client * each, Math.Min(each, (1 << Depth) - client * each));
            foreach (int[] part in numbers.Chunk(100)) subscriber.Subscribe(1, [.. part.Select(number => (FilterOf(number, Depth), 0))]);
        }

        Assert.Equal(1 << Depth, broker.Core.Subscriptions.Count);
        TestClient publisher = broker.Connect("p");
        var read = new StringBuilder();
        string above = string.Concat(Enumerable.Repeat("a/", Depth - 1));
        for (int i = 0; i < 20; i++) read.Append($"30 {2 + above.Length + 3:x2} 00 {above.Length + 3:x2} '{above}{i:d3}' | ");
        long visited = broker.Core.Subscriptions.Visited;
        int turns = publisher.Turns;
        publisher.Send(read.Append("c0 00").ToString());

        long each1 = (broker.Core.Subscriptions.Visited - visited) / 20;
        Assert.InRange(each1, 20_000, 70_000);
        Assert.InRange(publisher.Turns - turns, 20, 21); // one search a turn
    }

    [Theory]
    [InlineData("82", " 01")]
    [InlineData("a2", "")]
    public void A_packet_with_ten_times_the_filters_of_a_client_is_the_longest_that_is_taken_and_counts_for_the_turn(string type, string options)
    {
        var broker = new TestBroker(new MqttBrokerLimits { MaxSubscriptions = 10, MaxTurnSteps = 9000 });
        TestClient client = broker.Connect("c");
        client.Send(PacketOf(10_000));
        Assert.Null(client.Connection.End);
        Assert.Equal(1, broker.Statistics.TurnsEnded);
        client.Send(PacketOf(10_001));
        Assert.Equal((MqttConnectionEnd.ProtocolViolation, nameof(MqttBrokerLimits.MaxSubscriptions)), (client.Connection.End, client.Connection.Limit));

        string PacketOf(int filters)
        {
            int length = 2 + (filters * (options.Length == 0 ? 4 : 5));
            var packet = new StringBuilder($"{type} {0x80 | (length & 0x7f):x2} {0x80 | ((length >> 7) & 0x7f):x2} {length >> 14:x2} 00 01");
            for (int i = 0; i < filters; i++) packet.Append($" 00 02 'a' {'a' + (i % 26):x2}{options}");
            return packet.ToString();
        }
    }

    [Fact]
    public void A_filter_that_one_Subscribe_repeats_without_end_is_refused()
    {
        var broker = new TestBroker();
        TestClient client = broker.Connect("c");
        client.Subscribe(1, [.. Enumerable.Repeat(("a", 1), 1002)]);
        Assert.Equal([$"SUBACK 1:{string.Concat(Enumerable.Repeat(" 1", 1000))} 80 80"], client.Received());
        Assert.Equal(2, broker.Statistics.SubscriptionsRefused);
    }

    private static string FilterOf(int number, int depth) =>
        string.Join('/', Enumerable.Range(0, depth).Select(level => (number >> level & 1) == 0 ? "a" : "+"));
}
