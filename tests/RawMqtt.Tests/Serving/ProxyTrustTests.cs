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
        Assert.Equal(expected, ClientOf("10.0.0.1", Request(header))?.ToString());

    [Theory]
    [InlineData("for=203.0.113.7", "203.0.113.7:0")]
    [InlineData("For=\"[2001:db8::1]:4711\";proto=https;by=10.0.0.1", "[2001:db8::1]:4711")]
    [InlineData("for=198.51.100.1, for=203.0.113.7;proto=https, for=10.1.1.1", "203.0.113.7:0")]
    [InlineData("for=_hidden", "0.0.0.0:0")]
    [InlineData("for=unknown, for=10.1.1.1", "0.0.0.0:0")]
    [InlineData("proto=https", "0.0.0.0:0")]
    public void Forwarded_is_read_like_that_too(string header, string? expected) =>
        Assert.Equal(expected, new ProxyTrust(Proxies, "forwarded").ClientOf(IPAddress.Parse("fd00::1"), Request(header), out _)?.ToString());

    [Fact]
    public void Another_header_than_the_one_that_the_proxy_sets_makes_nobody_known() =>
        Assert.Equal(ProxyTrust.Unknown, ClientOf("192.0.2.1", Request(null)));

    [Fact]
    public void Who_forwards_nobody_speaks_for_itself() => Assert.Null(ClientOf("192.0.2.1", Direct));

    [Theory]
    [InlineData("203.0.113.99")]
    [InlineData("192.0.2.2")]
    public void Nobody_else_is_believed(string peer) => Assert.Null(ClientOf(peer, Request("203.0.113.7")));

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    public void A_peer_on_this_machine_that_forwards_and_is_not_trusted_does_not_count_as_local(string peer) =>
        Assert.Equal(ProxyTrust.Unknown, ClientOf(peer, Request("203.0.113.7")));

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    public void A_trusted_proxy_on_this_machine_that_names_nobody_does_not_count_as_local(string peer)
    {
        var local = new ProxyTrust(["127.0.0.0/8", "::1"], "X-Forwarded-For");
        foreach (AcceptedHandshake? request in new[] { Direct, null }) // over WebSocket, and over TCP, where no proxy can name anybody
        {
            Assert.Equal(ProxyTrust.Unknown, local.ClientOf(IPAddress.Parse(peer), request, out bool isUnclear));
            Assert.True(isUnclear);
            Assert.Null(trust.ClientOf(IPAddress.Parse(peer), request, out isUnclear));
            Assert.False(isUnclear);
        }
    }

    /// <summary>The system reads these as 127.0.0.1 or 10.0.0.1; other programs do not.</summary>
    [Theory]
    [InlineData("127.1")]
    [InlineData("127.0.1")]
    [InlineData("0177.0.0.1")]
    [InlineData("127.0.0.01")]
    [InlineData("2130706433")]
    [InlineData("0x7f000001")]
    [InlineData("0x7f.0.0.1")]
    [InlineData("127.1:80")]
    [InlineData("2130706433:80")]
    [InlineData("10.1")]
    [InlineData("[127.0.0.1]")]
    [InlineData("127.0.0.1.")]
    [InlineData("127.0.0.1:")]
    [InlineData("127.0.0.1:99999")]
    [InlineData("127.0.0.1 x")]
    public void An_address_has_four_decimal_parts(string address)
    {
        Assert.Equal(ProxyTrust.Unknown, ClientOf("10.0.0.1", Request(address)));
        Assert.Equal(ProxyTrust.Unknown, ClientOf("10.0.0.1", Request($"203.0.113.7, {address}, 10.9.9.9")));
        Assert.Throws<MqttException>(() => new ProxyTrust([address], "X-Forwarded-For"));
    }

    [Fact]
    public void A_proxy_seen_as_v4_in_v6_is_the_same_proxy() =>
        Assert.Equal("203.0.113.7:0", ClientOf("::ffff:10.0.0.1", Request("203.0.113.7"))?.ToString());

    private static AcceptedHandshake Direct => new() { Path = "/mqtt", Host = "localhost" };

    private IPEndPoint? ClientOf(string peer, AcceptedHandshake request) => trust.ClientOf(IPAddress.Parse(peer), request, out _);

    private static AcceptedHandshake Request(string? header) => new() { Path = "/mqtt", Host = "localhost", ProxyHeader = header, IsForwarded = true };
}
