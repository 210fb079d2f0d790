// SPDX-License-Identifier: MIT

using RawMqtt.Brokers;

namespace RawMqtt.Tests.Brokers;

public class ConnectionListTests(ITestOutputHelper output)
{
    private readonly ConnectionList list = new();

    [Fact]
    public void It_holds_what_was_added_and_not_removed_and_finds_all_that_are_due()
    {
        int seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var outputs = new SpareOutputs();
        var all = new Dictionary<BrokerConnection, int>();
        for (int second = 1; second < 3000; second++)
        {
            if (random.Next(5) < 3)
            {
                var connection = new BrokerConnection(outputs, TimeSpan.Zero);
                list.Add(connection);
                all.Add(connection, 0);
            }

            if (all.Count == 0) continue;
            BrokerConnection any = all.Keys.ElementAt(random.Next(all.Count));
            if (random.Next(4) == 0)
            {
                list.Remove(any);
                all.Remove(any);
                if (random.Next(2) == 0) list.Remove(any);
                list.LookAt(any, TimeSpan.Zero);
            }
            else
            {
                all[any] = second + random.Next(10);
                list.LookAt(any, TimeSpan.FromSeconds(all[any]));
            }

            if (second % 50 != 0) continue;
            Assert.Equal(all.Count, list.Count);
            Assert.Equal(all.Keys.ToHashSet(), list.ToHashSet());
            HashSet<BrokerConnection> due = [.. all.Where(one => one.Value <= second).Select(one => one.Key)];
            Assert.Equal(due, TakeDue(second));
        }
    }

    private HashSet<BrokerConnection> TakeDue(int second)
    {
        var taken = new List<BrokerConnection>();
        var some = new List<BrokerConnection>();
        bool isMore = true;
        for (int place = 0; isMore; some.Clear())
        {
            isMore = list.TakeDue(TimeSpan.FromSeconds(second), ref place, some);
            Assert.InRange(some.Count, 0, 64);
            taken.AddRange(some);
        }

        Assert.Equal(taken.Distinct(), taken);
        return [.. taken];
    }
}
