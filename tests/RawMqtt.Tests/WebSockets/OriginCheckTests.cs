// SPDX-License-Identifier: MIT

using RawMqtt.WebSockets;

namespace RawMqtt.Tests.WebSockets;

/// <summary>Which web pages may connect.</summary>
public class OriginCheckTests
{
    [Theory]
    [InlineData("http://localhost:3000", "localhost:8083", true)]
    [InlineData("https://localhost:5173", "127.0.0.1:8083", true)]
    [InlineData("http://app.localhost", "[::1]:8083", true)]
    [InlineData("http://127.0.0.2:3000", "127.1.2.3:8083", true)]
    [InlineData("http://rebound.example:8083", "rebound.example:8083", false)]      // the page's name was re-bound to 127.0.0.1
    [InlineData("http://localhost.example:3000", "localhost:8083", false)]
    [InlineData("http://127.1:3000", "localhost:8083", false)]
    [InlineData("http://0177.0.0.1", "localhost:8083", false)]
    [InlineData("http://2130706433", "localhost:8083", false)]
    [InlineData("http://localhost:3000", "127.1:8083", false)]
    [InlineData("https://example.com", "localhost:8083", false)]
    [InlineData("null", "localhost:8083", false)]
    [InlineData("", "localhost:8083", false)]
    public void A_listener_on_loopback_takes_pages_of_loopback_alone(string origin, string host, bool isAllowed) =>
        Assert.Equal(isAllowed, new OriginCheck([], IsTls: false, IsLocal: true, IsFromProxy: false).IsAllowed(origin, host, isForwarded: false, null));

    [Theory]
    [InlineData("http://example.com:8083", "example.com:8083", false, true)]
    [InlineData("http://EXAMPLE.com", "example.com:80", false, true)]
    [InlineData("https://example.com", "example.com", false, true)]                 // TLS ends in front of the broker
    [InlineData("https://example.com:8083", "example.com:8083", false, true)]
    [InlineData("http://example.com:8084", "example.com:8084", true, false)]        // a page without TLS on wss
    [InlineData("http://example.com", "example.com", true, false)]
    [InlineData("https://example.com:8084", "example.com:8084", true, true)]
    [InlineData("https://example.com", "example.com:443", true, true)]
    [InlineData("https://example.com:8084", "example.com:8085", true, false)]
    [InlineData("http://localhost:3000", "example.com:8083", false, false)]
    [InlineData("ftp://example.com", "example.com", false, false)]
    public void A_page_of_the_same_host_may_connect_if_its_scheme_and_port_fit(string origin, string host, bool isTls, bool isAllowed) =>
        Assert.Equal(isAllowed, new OriginCheck([], isTls, IsLocal: false, IsFromProxy: false).IsAllowed(origin, host, isForwarded: false, null));

    [Theory]
    [InlineData(true, "https", "https://example.com", "example.com", true)]
    [InlineData(true, "https", "http://example.com", "example.com", false)]
    [InlineData(true, "http", "http://example.com", "example.com", true)]
    [InlineData(true, null, "http://example.com", "example.com", true)]
    [InlineData(true, "https", "http://localhost:3000", "localhost:8083", false)]
    [InlineData(false, "https", "https://example.com", "example.com", false)]       // anybody may write these fields
    [InlineData(false, "http", "http://localhost:3000", "localhost:8083", true)]
    public void A_forwarded_request_is_judged_by_what_a_trusted_proxy_says(bool isFromProxy, string? scheme, string origin, string host, bool isAllowed)
    {
        Assert.Equal(isAllowed, new OriginCheck([], IsTls: false, IsLocal: true, isFromProxy).IsAllowed(origin, host, isForwarded: true, scheme));
        Assert.Equal(isAllowed, new OriginCheck([], IsTls: false, IsLocal: false, isFromProxy).IsAllowed(origin, host, isForwarded: true, scheme));
    }

    [Theory]
    [InlineData("https://example.com", "https://EXAMPLE.com", true)]
    [InlineData("HTTPS://example.com:443/", "https://example.com", true)]
    [InlineData("http://example.com:80", "http://example.com", true)]
    [InlineData("http://example.com", "https://example.com", false)]
    [InlineData("https://example.com", "https://example.com:8443", false)]
    [InlineData("file://", "file://", true)]
    [InlineData("app://main", "app://main", true)]
    [InlineData("*", "null", true)]
    [InlineData("file://", "null", false)]
    public void Allowed_origins_are_compared_as_origins(string allowed, string origin, bool isAllowed)
    {
        var check = new OriginCheck([allowed], IsTls: false, IsLocal: true, IsFromProxy: false);
        Assert.Equal(isAllowed, check.IsAllowed(origin, "example.org", isForwarded: false, null));
    }

    [Theory]
    [InlineData("example.com")]
    [InlineData("https://example.com/app")]
    [InlineData("null")]
    [InlineData("https://*.example.com@")]
    [InlineData("https://")]
    public void An_allowed_origin_that_can_match_nothing_is_a_fault(string allowed)
    {
        Assert.Contains(allowed, OriginCheck.FaultOf(allowed));
        Assert.Null(OriginCheck.FaultOf("https://example.com:8443/"));
    }
}
