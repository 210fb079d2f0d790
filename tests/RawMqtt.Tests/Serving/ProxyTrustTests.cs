// SPDX-License-Identifier: MIT

using System.Net;
using RawMqtt.Serving;
using RawMqtt.WebSockets;

namespace RawMqtt.Tests.Serving;

/// <summary>Whose word on a client's address is believed, and how far.</summary>
public class ProxyTrustTests
{
    private static readonly string[] Proxies = ["10.0.0.0/8", "192.0.2.1", "fd00::/8"];
    private readonly ProxyTrust trust = new(Proxies, "X-Forwarded-For");

    [Theory]
    [InlineData("203.0.113.7", "203.0.113.7:0")]
    [InlineData("203.0.113.7:4711", "203.0.113.7:4711")]
    [InlineData("2001:db8::1", "[2001:db8::1]:0")]
    [InlineData("[2001:db8::1]:4711", "[2001:db8::1]:4711")]
    [InlineData("198.51.100.1, 203.0.113.7", "203.0.113.7:0")]
    [InlineData("198.51.100.1, 203.0.113.7, 10.1.2.3", "203.0.113.7:0")]
    [InlineData("203.0.113.7, 10.1.2.3,10.9.9.9 ", "203.0.113.7:0")]
    [InlineData("10.1.2.3, 10.9.9.9", "10.1.2.3:0")]
    [InlineData("203.0.113.7, nonsense, 10.9.9.9", "0.0.0.0:0")]
    [InlineData("nonsense", "0.0.0.0:0")]
    [InlineData("", "0.0.0.0:0")]
    public void X_Forwarded_For_is_read_from_right_to_left(string header, string? expected) =>
        Assert.Equal(expected, trust.ClientOf(IPAddress.Parse("10.0.0.1"), Request(header))?.ToString());

    [Theory]
    [InlineData("for=203.0.113.7", "203.0.113.7:0")]
    [InlineData("For=\"[2001:db8::1]:4711\";proto=https;by=10.0.0.1", "[2001:db8::1]:4711")]
    [InlineData("for=198.51.100.1, for=203.0.113.7;proto=https, for=10.1.1.1", "203.0.113.7:0")]
    [InlineData("for=_hidden", "0.0.0.0:0")]
    [InlineData("for=unknown, for=10.1.1.1", "0.0.0.0:0")]
    [InlineData("proto=https", "0.0.0.0:0")]
    public void Forwarded_is_read_like_that_too(string header, string? expected) =>
        Assert.Equal(expected, new ProxyTrust(Proxies, "forwarded").ClientOf(IPAddress.Parse("fd00::1"), Request(header))?.ToString());

    [Fact]
    public void Another_header_than_the_one_that_the_proxy_sets_makes_nobody_known() =>
        Assert.Equal(ProxyTrust.Unknown, trust.ClientOf(IPAddress.Parse("192.0.2.1"), Request(null)));

    [Fact]
    public void Who_forwards_nobody_speaks_for_itself() =>
        Assert.Null(trust.ClientOf(IPAddress.Parse("192.0.2.1"), new AcceptedHandshake { Path = "/mqtt", Host = "localhost" }));

    [Theory]
    [InlineData("203.0.113.99")]
    [InlineData("192.0.2.2")]
    public void Nobody_else_is_believed(string peer) => Assert.Null(trust.ClientOf(IPAddress.Parse(peer), Request("203.0.113.7")));

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    public void A_peer_on_this_machine_that_forwards_and_is_not_trusted_does_not_count_as_local(string peer) =>
        Assert.Equal(ProxyTrust.Unknown, trust.ClientOf(IPAddress.Parse(peer), Request("203.0.113.7")));

    [Fact]
    public void A_proxy_seen_as_v4_in_v6_is_the_same_proxy() =>
        Assert.Equal("203.0.113.7:0", trust.ClientOf(IPAddress.Parse("::ffff:10.0.0.1"), Request("203.0.113.7"))?.ToString());

    private static AcceptedHandshake Request(string? header) => new() { Path = "/mqtt", Host = "localhost", ProxyHeader = header, IsForwarded = true };
}
