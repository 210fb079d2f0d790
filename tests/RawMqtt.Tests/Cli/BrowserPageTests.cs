// SPDX-License-Identifier: MIT

using System.Net;
using RawMqtt.Cli;
using RawMqtt.WebSockets;

namespace RawMqtt.Tests.Cli;

/// <summary>What the doctor says of a page is what browsers do, and what our broker decides.</summary>
public class BrowserPageTests
{
    private static readonly string[] Pages =
    [
        "http://localhost", "http://localhost:8083", "https://localhost:8084", "http://127.0.0.1:3000", "http://[::1]:3000", "https://broker.example",
        "https://broker.example:8084", "http://broker.example:8083", "http://app.localhost:3000", "https://evil.example", "http://192.168.1.9:8083",
        "https://192.168.1.9:8084", "http://rebound.example:8083", "null", "HTTPS://Broker.Example:8084",
    ];

    private static readonly (string Url, string Address)[] Targets =
    [
        ("ws://localhost:8083/mqtt", "127.0.0.1"), ("wss://localhost:8084/mqtt", "127.0.0.1"), ("ws://127.0.0.1:8083/mqtt", "127.0.0.1"),
        ("wss://[::1]:8084/mqtt", "::1"), ("ws://broker.example:8083/mqtt", "203.0.113.5"), ("wss://broker.example:8084/mqtt", "203.0.113.5"),
        ("ws://192.168.1.9:8083/mqtt", "192.168.1.9"), ("wss://192.168.1.9:8084/mqtt", "192.168.1.9"), ("ws://rebound.example:8083/mqtt", "127.0.0.1"),
    ];

    [Fact]
    public async Task What_is_said_of_our_broker_is_what_it_decides()
    {
        foreach ((string url, string address) in Targets)
        {
            DoctorTarget target = await DoctorTarget.ReadAsync(url);
            var check = new OriginCheck([], [], target.IsTls, IsLocal: IPAddress.IsLoopback(IPAddress.Parse(address)), IsFromProxy: false);
            foreach (string origin in Pages)
            {
                var page = new BrowserPage(origin, target, [IPAddress.Parse(address)]);

                bool isAllowed = check.Judge(page.Origin!, target.Authority, isForwarded: false, forwardedScheme: null) == OriginFault.None;

                Assert.True(isAllowed == page.IsAllowedByOurBroker(), $"{origin} at {url}: the broker decides {isAllowed}");
            }
        }
    }

    [Theory]
    [InlineData("https://example.com", "ws://broker.example/mqtt", "203.0.113.5", true, "Mixed content")]
    [InlineData("https://example.com", "wss://broker.example/mqtt", "203.0.113.5", false, "--allow-origin https://example.com.")]
    [InlineData("https://example.com", "wss://broker.example/mqtt", "192.168.1.9", false, "a page of the public network reaches into the local network")]
    [InlineData("https://example.com", "wss://broker.lan/mqtt", "fd00::1", false, "asks the user for permission")]
    [InlineData("https://example.com", "wss://broker.lan/mqtt", "::ffff:10.0.0.1", false, "asks the user for permission")]
    [InlineData("https://example.com", "ws://127.0.0.1:8083/mqtt", "127.0.0.1", false, "reaches into this machine. Safari refuses it as mixed content")]
    [InlineData("http://example.com", "ws://127.0.0.1:8083/mqtt", "127.0.0.1", true, "Chrome since 147 refuses it")]
    [InlineData("http://example.com", "ws://broker.example/mqtt", "203.0.113.5", false, "--allow-origin http://example.com.")]
    [InlineData("http://192.168.1.2", "ws://192.168.1.9:8083/mqtt", "192.168.1.9", false, "--allow-origin http://192.168.1.2.")]
    [InlineData("http://localhost:3000", "ws://127.0.0.1:8083/mqtt", "127.0.0.1", false, "and so does our broker")]
    [InlineData("https://example.com", "mqtts://broker.example", "203.0.113.5", true, "A browser cannot open mqtts")]
    [InlineData("null", "wss://broker.example/mqtt", "203.0.113.5", true, "serve the page by HTTP; --allow-origin * takes all")]
    [InlineData("example.com", "wss://broker.example/mqtt", "203.0.113.5", true, "is no origin")]
    [InlineData("https://example.com/path", "wss://broker.example/mqtt", "203.0.113.5", true, "is no origin")]
    [InlineData("https://example.com\r\nX: y", "wss://broker.example/mqtt", "203.0.113.5", true, "is no origin")]
    public async Task A_page_is_judged_as_a_browser_judges_it(string origin, string url, string address, bool isRefused, string expected)
    {
        var page = new BrowserPage(origin, await DoctorTarget.ReadAsync(url), [IPAddress.Parse(address)]);

        (string verdict, bool refused) = page.Judge();

        Assert.Contains(expected, verdict, StringComparison.Ordinal);
        Assert.Equal(isRefused, refused);
        Assert.DoesNotContain('\n', page.Origin ?? "");
    }
}
