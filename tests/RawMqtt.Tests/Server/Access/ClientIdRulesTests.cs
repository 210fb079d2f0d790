// SPDX-License-Identifier: MIT

using RawMqtt.Server;
using RawMqtt.Server.Access;

namespace RawMqtt.Tests.Server.Access;

/// <summary>Client identifiers that are bound to users.</summary>
public class ClientIdRulesTests
{
    private static readonly ClientIdRules rules = new(["alice=pump-*", "alice=%u", "bob=*-%u-*", "a=b=only", "*=%u", "*=guest-*-x"]);

    [Theory]
    [InlineData("alice", "pump-7", true)]
    [InlineData("alice", "pump-", true)]
    [InlineData("alice", "alice", true)]
    [InlineData("alice", "guest-1-x", false)]
    [InlineData("alice", "", false)]
    [InlineData("bob", "x-bob-y", true)]
    [InlineData("bob", "-bob-", true)]
    [InlineData("bob", "-bob", false)]
    [InlineData("bob", "x-carol-y", false)]
    [InlineData("a=b", "only", true)]
    [InlineData("a=b", "other", false)]
    [InlineData("carol", "carol", true)]
    [InlineData("carol", "guest-1-x", true)]
    [InlineData("carol", "guest-x", false)]
    [InlineData("*", "abc", false)]
    [InlineData("*", "*", true)]
    [InlineData(null, "guest--x", true)]
    [InlineData(null, "", false)]
    public void An_identifier_must_match_an_entry_of_its_user(string? user, string clientId, bool expected) =>
        Assert.Equal(expected, rules.IsAllowed(user, clientId));

    [Fact]
    public void Without_an_entry_for_all_other_users_are_free()
    {
        var some = new ClientIdRules(["alice=pump-*"]);
        Assert.True(some.IsAllowed("bob", "pump-7"));
        Assert.True(some.IsAllowed(null, "x"));
        Assert.False(some.IsAllowed("alice", "x"));
    }

    [Theory]
    [InlineData("alice")]
    [InlineData("=x")]
    public void Entries_without_a_user_are_refused(string entry) =>
        Assert.Contains(entry, Assert.Throws<ConfigurationException>(() => new ClientIdRules([entry])).Message);
}
