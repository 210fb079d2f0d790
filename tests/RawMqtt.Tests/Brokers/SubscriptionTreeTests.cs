// SPDX-License-Identifier: MIT

using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using RawMqtt.Brokers;
using RawMqtt.Codec;
using RawMqtt.Sessions;

namespace RawMqtt.Tests.Brokers;

/// <summary>The tree finds what <see cref="TopicFilter.Matches"/> finds, one filter after the other.</summary>
public class SubscriptionTreeTests
{
    [Property(MaxTest = 500)]
    public Property Finds_who_matches_after_any_adding_and_removing() => Prop.ForAll(Steps.ToArbitrary(), steps =>
    {
        var comparer = new Utf8Comparer(7);
        var tree = new SubscriptionTree(comparer);
        var routes = new TopicRoutes(tree, comparer, canRead: null);
        Subscriber[] clients = [.. Enumerable.Range(0, 4).Select(i => new Subscriber([(byte)i], null, new ServerSession(1, 1, 1), true))];
        var expected = new Dictionary<(int Client, string Filter), QualityOfService>();
        foreach ((int client, string filter, int qos, bool adds) in steps)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(filter);
            if (adds) Assert.Equal(expected.TryAdd((client, filter), (QualityOfService)qos), tree.Add(clients[client], bytes, (QualityOfService)qos));
            else Assert.Equal(expected.Remove((client, filter)), tree.Remove(clients[client], bytes));
            if (adds) expected[(client, filter)] = (QualityOfService)qos;

            foreach (string topic in Topics)
            {
                TopicRoute route = routes.Find(Encoding.UTF8.GetBytes(topic), null);
                var found = route.Receivers.ToArray().ToDictionary(r => Array.IndexOf(clients, r.Subscriber), r => r.Qos);
                var wanted = expected.Where(e => TopicFilter.Matches(Encoding.UTF8.GetBytes(e.Key.Filter), Encoding.UTF8.GetBytes(topic)))
                    .GroupBy(e => e.Key.Client).ToDictionary(g => g.Key, g => g.Max(e => e.Value));
                Assert.Equal(wanted.OrderBy(e => e.Key), found.OrderBy(e => e.Key));
            }
        }

        Assert.Equal(expected.Count, tree.Count);
    });

    [Property(MaxTest = 300)]
    public Property Retained_messages_are_found_like_that_too_and_each_once() => Prop.ForAll(Steps.ToArbitrary(), steps =>
    {
        var pool = new ApplicationMessagePool();
        var retained = new RetainedMessages(new Utf8Comparer(7), new MqttBrokerLimits(), new MqttBrokerStatistics());
        var expected = new HashSet<string>();
        foreach ((int which, _, int qos, bool adds) in steps)
        {
            string topic = Topics[(which * 5 + qos) % Topics.Length];
            byte[] bytes = Encoding.UTF8.GetBytes(topic);
            if (adds)
            {
                ApplicationMessage message = pool.Keep(bytes, "x"u8, 0);
                retained.Set(message, [(byte)which]);
                message.Release();
                expected.Add(topic);
            }
            else
            {
                retained.Remove(bytes);
                expected.Remove(topic);
            }
        }

        foreach ((_, string filter, _, _) in steps)
        {
            var found = new List<ApplicationMessage>();
            retained.Search(Encoding.UTF8.GetBytes(filter), found);
            Assert.Equal(
                expected.Where(t => TopicFilter.Matches(Encoding.UTF8.GetBytes(filter), Encoding.UTF8.GetBytes(t))).Order(StringComparer.Ordinal),
                found.Select(m => Encoding.UTF8.GetString(m.Topic)).Order(StringComparer.Ordinal));
        }

        Assert.Equal(expected.Count, retained.Count);
        Assert.Equal(expected.Count, pool.InUse);
    });

    private static readonly string[] Topics = ["a", "b", "/", "a/", "/a", "a/b", "a//b", "b/a", "a/b/a", "a/b/a/b", "$a", "$a/b"];

    private static readonly Gen<string> Filters =
        from levels in Gen.Elements("a", "b", "+", "", "$a").NonEmptyListOf()
        from tail in Gen.Elements("", "", "/#")
        let filter = string.Join('/', levels.Take(4)) + tail
        select filter.Length == 0 ? "#" : filter;

    private static readonly Gen<(int Client, string Filter, int Qos, bool Adds)[]> Steps = (
        from client in Gen.Choose(0, 3)
        from filter in Filters
        from qos in Gen.Choose(0, 2)
        from adds in Gen.Frequency((2, Gen.Constant(true)), (1, Gen.Constant(false)))
        select (client, filter, qos, adds)).ArrayOf();
}
