// SPDX-License-Identifier: MIT

using System.Diagnostics;
using System.Text;
using RawMqtt.Clients;
using RawMqtt.Codec;

namespace RawMqtt.Tests.Clients;

/// <summary>The client finds the subscriptions of a topic as the specification matches filters, and as fast with ten thousand of them as with one.</summary>
public class LocalTreeTests(ITestOutputHelper output)
{
    private static readonly string[] Levels = ["a", "b", "", "$x"];

    [Fact]
    [Rule("MQTT-4.7.2-1")]
    [Rule("MQTT-4.7.3-4")]
    public void Search_agrees_with_matching_each_filter()
    {
        string[] topics = [.. Names(Levels, 3)];
        string[] filters = [.. Names([.. Levels, "+", "#"], 3).Where(filter => TopicFilter.IsValid(Encoding.UTF8.GetBytes(filter), out _))];
        LocalSubscription[] subscriptions = [.. filters.Select(filter => Subscription(filter))];
        var tree = new LocalTree(subscriptions);
        foreach (string topic in topics.Where(topic => topic.Length > 0))
        {
            byte[] bytes = Encoding.UTF8.GetBytes(topic);
            string[] expected = [.. filters.Where(filter => TopicFilter.Matches(Encoding.UTF8.GetBytes(filter), bytes)).Order()];
            Assert.Equal(expected, tree.Search(bytes).Select(found => found.Filters[0].Filter).Order());
        }
    }

    [Fact]
    public void Subscription_with_several_matching_filters_is_found_once()
    {
        var tree = new LocalTree([Subscription("a/#", "a/+", "#")]);
        Assert.Single(tree.Search("a/b"u8));
    }

    [Fact]
    public async Task Ten_thousand_topics_in_turn_cost_no_memory_once_they_are_known()
    {
        const int Count = 10_000;
        await using var client = new MqttClient(new MqttClientOptions { Address = "mqtt://127.0.0.1" });
        SubscriptionRequests requests = new(new RawMqtt.Sessions.ClientSession(20, 1000, TimeSpan.FromSeconds(1)), null, new ReadingPause(), 8);
        var subscriptions = new ClientSubscriptions(new MqttClientOptions(), requests, new WaitingMessages(null!, null), new ClientStatus(),
            new SessionClock(TimeProvider.System), new ClientLog(null, ""));
        LocalSubscription all = Subscription([.. Enumerable.Range(0, Count).Select(i => $"t/{i}/+")]);
        subscriptions.Add(all, null);
        subscriptions.Activate(all, isNew: true);
        var routes = new LocalRoutes(subscriptions);
        byte[][] topics = [.. Enumerable.Range(0, Count).Select(i => Encoding.UTF8.GetBytes($"t/{i}/x"))];
        foreach (byte[] topic in topics) Assert.Single(routes.Find(topic).Targets);
        long before = GC.GetAllocatedBytesForCurrentThread();
        long start = Stopwatch.GetTimestamp();
        foreach (byte[] topic in topics) routes.Find(topic);
        TimeSpan time = Stopwatch.GetElapsedTime(start);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        output.WriteLine($"{time.TotalMicroseconds / Count:0.00} us a topic");
    }

    private static LocalSubscription Subscription(params string[] filters) => new(
        [.. filters.Select(filter => new MqttTopicFilter(filter))], new MqttSubscribeOptions(), new SessionClock(TimeProvider.System));

    private static IEnumerable<string> Names(string[] levels, int depth) =>
        depth == 1 ? levels : levels.Concat(levels.SelectMany(level => Names(levels, depth - 1).Select(rest => $"{level}/{rest}")));
}
