// SPDX-License-Identifier: MIT

using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using RawMqtt.Codec;
using RawMqtt.Server.Access;

namespace RawMqtt.Tests.Server.Access;

/// <summary>A SUBSCRIBE is refused only if no topic that the client may read can match it.</summary>
public class ClientRulesTests
{
    [Theory]
    [InlineData("topic a/b", "a/+", true)]
    [InlineData("topic a/b", "+/b", true)]
    [InlineData("topic a/b", "#", true)]
    [InlineData("topic a/b", "a/b/#", true)] // # is the parent level too
    [InlineData("topic a/b", "a/c", false)]
    [InlineData("topic a/b", "a", false)]
    [InlineData("topic a/#", "a", true)]
    [InlineData("topic a/#", "+/+/c", true)]
    [InlineData("topic #|topic deny test/nosubscribe", "test/nosubscribe", false)]
    [InlineData("topic #|topic deny test/nosubscribe", "test/+", true)]
    [InlineData("topic #|topic deny test/nosubscribe", "test/nosubscribe/#", true)]
    [InlineData("topic #|topic deny test/#", "test/+/x", false)]
    [InlineData("topic #|topic deny +/x", "test/+", true)]
    [InlineData("topic #|topic deny +/+", "test/+", false)]
    [InlineData("topic #|topic deny +|topic deny +/#", "#", false)]
    [InlineData("topic #|topic deny +/+/#", "#", true)]
    [InlineData("topic #|topic deny +/+/#", "+/+/#", false)]
    [InlineData("topic #", "$SYS/#", false)]
    [InlineData("topic $SYS/#", "#", false)]
    [InlineData("topic $SYS/#", "$SYS/broker/+", true)]
    [InlineData("topic write a", "a", false)]
    [InlineData("pattern read a/%c|pattern deny a/#", "a/+", false)]
    [InlineData("topic a/c|pattern deny a/#", "a/+", true)]
    public void A_filter_is_refused_if_no_readable_topic_matches_it(string lines, string filter, bool expected)
    {
        AccessRules rules = AccessFile.Parse("acl", Encoding.UTF8.GetBytes(lines.Replace('|', '\n')));
        Assert.Equal(expected, rules.CanSubscribe(new MqttBrokerClient { ClientId = "c" }, filter));
    }

    /// <summary>Compared with a search of all topics of up to four levels from five names, one of which no rule has.</summary>
    [Property(MaxTest = 300)]
    public Property The_answer_is_that_of_a_search_of_all_topics() => Prop.ForAll(Arb.From(Cases()), one =>
    {
        var rules = new ClientRules(one.Own, one.Patterns);
        bool expected = Topics(4).Any(topic =>
        {
            byte[] name = Encoding.UTF8.GetBytes(topic);
            return TopicFilter.Matches(Encoding.UTF8.GetBytes(one.Filter), name) && rules.IsAllowed(name, TopicRights.Read);
        });
        return (rules.IsAnyReadable(one.Filter) == expected).Label($"{one.Filter} with {string.Join(", ", one.Own)} and {string.Join(", ", one.Patterns)}");
    });

    private static Gen<(string Filter, TopicRule[] Own, TopicRule[] Patterns)> Cases()
    {
        Gen<TopicRule[]> rules =
            from filters in Gen.ListOf(Filters())
            from rights in Gen.ListOf(Gen.Elements(TopicRights.None, TopicRights.Read, TopicRights.Write, TopicRights.Read | TopicRights.Write), filters.Count)
            select filters.Zip(rights, (filter, right) => new TopicRule(filter, right)).Take(4).ToArray();
        return from filter in Filters() from own in rules from patterns in rules select (filter, own, patterns);
    }

    /// <summary>Filters of up to three levels, so that the search sees one level more.</summary>
    private static Gen<string> Filters() =>
        from count in Gen.Choose(0, 3)
        from levels in Gen.ListOf(Gen.Elements("a", "b", "+", "$c"), count)
        from ending in Gen.Elements("", "#")
        let all = levels.Select((level, i) => i > 0 && level == "$c" ? "c" : level).Concat(ending.Length > 0 || count == 0 ? ["#"] : Array.Empty<string>())
        select string.Join('/', all.Take(count == 3 && ending.Length > 0 ? 4 : 3));

    private static IEnumerable<string> Topics(int levels)
    {
        string[] names = ["a", "b", "c", "$c", "z"];
        IEnumerable<string> topics = names;
        for (int i = 0; i < levels; i++)
        {
            foreach (string topic in topics) yield return topic;
            topics = topics.SelectMany(topic => names.Select(name => $"{topic}/{name}")).ToArray();
        }
    }
}
