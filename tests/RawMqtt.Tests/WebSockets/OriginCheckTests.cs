// SPDX-License-Identifier: MIT

using RawMqtt.Serving;
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
        Assert.Equal(isAllowed, IsAllowed(Check(isLocal: true), origin, host));

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
        Assert.Equal(isAllowed, IsAllowed(Check(isTls), origin, host));

    [Theory]
    [InlineData(true, "https", "https://example.com", "example.com", true)]
    [InlineData(true, "https", "http://example.com", "example.com", false)]
    [InlineData(true, "http", "http://example.com", "example.com", true)]
    [InlineData(true, null, "http://example.com", "example.com", true)]
    [InlineData(true, "https", "http://localhost:3000", "localhost:8083", false)]
    [InlineData(true, "https", "https://example.com:8084", "example.com:8084", true)]
    [InlineData(true, "https", "https://example.com:8084", "example.com", false)]   // the proxy dropped the port: Host is another origin
    [InlineData(true, "https", "https://evil.example", "example.com", false)]
    [InlineData(true, "https", "null", "example.com", false)]
    [InlineData(true, null, "https://example.com", "example.com", true)]
    [InlineData(false, "https", "https://example.com", "example.com", false)]       // anybody may write these fields
    [InlineData(false, "http", "http://localhost:3000", "localhost:8083", true)]
    public void A_forwarded_request_is_judged_by_what_a_trusted_proxy_says(bool isFromProxy, string? scheme, string origin, string host, bool isAllowed)
    {
        foreach (bool isLocal in new[] { true, false })
        {
            OriginFault fault = Check(isLocal: isLocal, isFromProxy: isFromProxy).Judge(origin, host, isForwarded: true, scheme);
            Assert.Equal(isAllowed, fault == OriginFault.None);
        }
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
        var check = new OriginCheck([allowed], [], IsTls: false, IsLocal: true, IsFromProxy: false);
        Assert.Equal(isAllowed, IsAllowed(check, origin, "example.org"));
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

    [Theory]
    [InlineData("http://mqtt.example.com:8083", "mqtt.example.com:8083", true)]
    [InlineData("http://MQTT.example.com:8083", "MQTT.EXAMPLE.COM:8083", true)]
    [InlineData("http://192.168.1.5:8083", "192.168.1.5:8083", true)]
    [InlineData("http://[fd00::1]:8083", "[fd00::1]:8083", true)]
    [InlineData("http://rebound.example:8083", "rebound.example:8083", false)]      // its name was re-bound to 192.168.1.5
    [InlineData("http://mqtt.example.com.:8083", "mqtt.example.com.:8083", false)]
    [InlineData("http://x.mqtt.example.com:8083", "x.mqtt.example.com:8083", false)]
    [InlineData("http://192.168.1.50:8083", "192.168.1.50:8083", false)]
    [InlineData("http://evil.example", "mqtt.example.com:8083", false)]
    [InlineData("https://app.example", "any.example", true)]                        // an allowed origin
    [InlineData("http://localhost:8083", "localhost:8083", true)]                   // a tunnel or a container's port
    public void With_host_names_that_are_ours_a_page_comes_by_one_of_them(string origin, string host, bool isAllowed)
    {
        IReadOnlyList<string> names = HostNames.Read(["mqtt.Example.com", "192.168.1.5", "FD00:0::1"]);
        var check = new OriginCheck(["https://app.example"], names, IsTls: false, IsLocal: false, IsFromProxy: false);
        Assert.Equal(isAllowed, IsAllowed(check, origin, host));
        Assert.Equal(isAllowed, (check with { IsFromProxy = true }).Judge(origin, host, isForwarded: true, "http") == OriginFault.None);
    }

    [Theory]
    [InlineData("http://mqtt.example.com")]
    [InlineData("mqtt.example.com:8083")]
    [InlineData("[fd00::1]:8083")]
    [InlineData("*.example.com")]
    [InlineData("a b")]
    [InlineData("")]
    public void A_host_name_that_can_match_nothing_is_a_fault(string name)
    {
        MqttException fault = Assert.Throws<MqttException>(() => HostNames.Read([name]));
        Assert.Equal(MqttErrorCode.InvalidOptions, fault.Code);
        Assert.Contains($"\"{name}\"", fault.Message);
    }

    [Theory]
    [InlineData("null", "localhost:8083", true, false, nameof(OriginFault.Opaque))]
    [InlineData("http://rebound.example", "rebound.example", true, false, nameof(OriginFault.ReboundName))]
    [InlineData("https://example.com", "example.com", true, true, nameof(OriginFault.UntrustedProxy))]
    [InlineData("https://evil.example", "localhost:8083", true, false, nameof(OriginFault.OtherOrigin))]
    [InlineData("https://evil.example", "ours.example", false, false, nameof(OriginFault.OtherOrigin))]
    [InlineData("http://theirs.example", "theirs.example", false, false, nameof(OriginFault.UnknownHost))]
    public void A_refusal_says_why(string origin, string host, bool isLocal, bool isForwarded, string fault)
    {
        var check = new OriginCheck([], ["ours.example"], IsTls: false, isLocal, IsFromProxy: false);
        Assert.Equal(fault, check.Judge(origin, host, isForwarded, null).ToString());
    }

    [Fact]
    public void A_page_without_TLS_is_told_so_on_a_listener_with_TLS() =>
        Assert.Equal(OriginFault.WithoutTls, Check(isTls: true).Judge("http://example.com:8084", "example.com:8084", isForwarded: false, null));

    private static OriginCheck Check(bool isTls = false, bool isLocal = false, bool isFromProxy = false) => new([], [], isTls, isLocal, isFromProxy);

    private static bool IsAllowed(OriginCheck check, string origin, string host) =>
        check.Judge(origin, host, isForwarded: false, null) == OriginFault.None;
}
