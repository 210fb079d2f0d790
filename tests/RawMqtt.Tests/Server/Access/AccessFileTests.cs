// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Server;
using RawMqtt.Server.Access;

namespace RawMqtt.Tests.Server.Access;

/// <summary>The rules of an access file are those of mosquitto's acl_file.</summary>
public class AccessFileTests
{
    private const string Rules = """
        # who may do what
        topic read news/#

        user alice
        topic alice/+/in
        topic deny alice/secret/in
        topic write alice/out
        topic read with a blank
        topic read $SYS/broker/#
          topic	deny	shared/deny

        user bob
        topic read #
        topic shared/#
        pattern read devices/%c/%u
        pattern write devices/%c/state
        pattern deny shared/deny
        pattern read shared/#
        pattern read %u/#
        user alice
        topic read twice
        """;

    [Theory]
    [InlineData(null, "c", "news/today", "r")]
    [InlineData(null, "c", "news", "r")]
    [InlineData(null, "c", "alice/1/in", "")]
    [InlineData("alice", "c", "news/today", "")]
    [InlineData("alice", "c", "alice/1/in", "rw")]
    [InlineData("alice", "c", "alice/secret/in", "")]
    [InlineData("alice", "c", "alice/out", "rw")]
    [InlineData("alice", "c", "with a blank", "r")]
    [InlineData("alice", "c", "$SYS/broker/uptime", "r")]
    [InlineData("alice", "c", "twice", "r")]
    [InlineData("alice", "c", "shared/deny", "")]
    [InlineData("alice", "c", "shared/other", "r")]
    [InlineData("bob", "c", "any/thing", "r")]
    [InlineData("bob", "c", "$SYS/broker/uptime", "")]
    [InlineData("bob", "c", "shared/deny", "rw")] // the user's own rules come before patterns
    [InlineData("carol", "c", "shared/deny", "")]
    [InlineData("carol", "c", "devices/c/carol", "r")]
    [InlineData("carol", "c", "devices/c/state", "w")]
    [InlineData("carol", "d", "devices/c/state", "")]
    [InlineData(null, "c", "devices/c/", "")] // no user name, so that no pattern with %u holds
    [InlineData(null, "c", "devices/c/state", "w")]
    [InlineData("carol", "", "devices//state", "")]
    [InlineData("carol", "a/b", "devices/a/b/state", "")]
    [InlineData("carol", "+", "devices/x/state", "")]
    [InlineData("#", "c", "devices/c/x", "")]
    [InlineData("+", "c", "any/thing", "")]
    [InlineData("a/b", "c", "a/b/x", "")]
    [InlineData("$SYS", "c", "$SYS/broker/uptime", "")]
    [InlineData("%c", "any", "devices/any/%c", "r")] // a name is no pattern
    [InlineData("%c", "any", "any/x", "")]
    public void A_topic_is_open_as_the_rules_say(string? user, string clientId, string topic, string expected)
    {
        AccessRules rules = Parse(Rules);
        var client = new MqttBrokerClient { ClientId = clientId, UserName = user };
        byte[] name = Encoding.UTF8.GetBytes(topic);
        for (int i = 0; i < 2; i++) // found, then remembered
        {
            string found = $"{(rules.CanRead(client, name) ? "r" : "")}{(rules.CanWrite(client, name) ? "w" : "")}";
            Assert.Equal(expected, found);
        }
    }

    [Fact]
    public void An_empty_file_denies_everything()
    {
        AccessRules rules = Parse("\n# nothing\r\n");
        var client = new MqttBrokerClient { ClientId = "c", UserName = "alice" };
        Assert.False(rules.CanRead(client, "a"u8));
        Assert.False(rules.CanWrite(client, "a"u8));
        Assert.False(rules.CanSubscribe(client, "#"));
    }

    [Theory]
    [InlineData("topic read", "r", "read")] // a single word is the filter
    [InlineData("topic readwrite a\r", "rw", "a")]
    [InlineData("\uFEFFtopic write  a", "w", "a")]
    public void Forms_of_a_line(string line, string expected, string topic)
    {
        var client = new MqttBrokerClient { ClientId = "c" };
        AccessRules rules = Parse(line);
        bool reads = rules.CanRead(client, Encoding.UTF8.GetBytes(topic));
        bool writes = rules.CanWrite(client, Encoding.UTF8.GetBytes(topic));
        Assert.Equal(expected == "r" ? (true, line == "topic read") : (expected == "rw", true), (reads, writes));
    }

    [Theory]
    [InlineData("topic", "the topic filter is missing")]
    [InlineData("user", "the user name is missing")]
    [InlineData("user   ", "the user name is missing")]
    [InlineData("topics a", "it begins with none of user, topic and pattern")]
    [InlineData("topic allow a", "\"allow\" is none of read, write, readwrite and deny")]
    [InlineData("topic read a/#/b", "a/#/b is no valid topic filter")]
    [InlineData("pattern %u+", "%u+ is no valid topic filter")]
    public void A_wrong_line_is_refused_by_its_number(string line, string expected)
    {
        ConfigurationException wrong = Assert.Throws<ConfigurationException>(() => Parse("# one\n" + line));
        Assert.Equal($"acl:2: the line is no access rule: {expected}.", wrong.Message);
    }

    [Fact]
    public void A_file_that_is_not_UTF_8_or_missing_is_refused()
    {
        Assert.Contains("acl:1:", Assert.Throws<ConfigurationException>(() => AccessFile.Parse("acl", [0x74, 0xFF])).Message);
        Assert.Contains("missing", Assert.Throws<ConfigurationException>(() => AccessFile.Read("missing")).Message);
    }

    private static AccessRules Parse(string text) => AccessFile.Parse("acl", Encoding.UTF8.GetBytes(text));
}
