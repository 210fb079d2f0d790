// SPDX-License-Identifier: MIT

using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using RawMqtt.Dialling;

namespace RawMqtt.Tests.Serving;

/// <summary>Which web pages a broker takes, and what its log says about the others.</summary>
public sealed class PageReportTests
{
    private readonly ConcurrentQueue<string> lines = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_page_that_is_refused_is_a_line_with_its_origin_and_the_option_that_lets_it_in()
    {
        var page = new KeyValuePair<string, string>("Origin", "https://example.com");
        await IsRefusedAsync(o => o, "origin=\"https://example.com\" host=\"127.0.0.1:", "--allow-origin", page);
    }

    [Theory]
    [InlineData("null", "", "origin=\"null\"", "--allow-origin *")]
    [InlineData("http://rebound.example:8083", "rebound.example:8083", "host=\"rebound.example:8083\"", "Host names another one")]
    public async Task A_refused_page_is_told_what_lets_it_in(string origin, string host, string shown, string hint)
    {
        var page = new KeyValuePair<string, string>("Origin", origin);
        await IsRefusedAsync(o => o, shown, hint, host.Length > 0 ? [new("Host", host), page] : [page]);
    }

    /// <summary>The socket's own address decides, whatever the listener was bound to.</summary>
    [Fact]
    public async Task A_name_that_was_re_bound_to_127_0_0_1_is_refused_on_a_listener_on_all_addresses() => await IsRefusedAsync(
        o => o with { Listeners = ["ws://0.0.0.0:0/mqtt"] },
        "origin=\"http://rebound.example:8083\"",
        "--allow-origin",
        new("Host", "rebound.example:8083"),
        new("Origin", "http://rebound.example:8083"));

    [Fact]
    public async Task A_page_behind_a_proxy_that_is_not_trusted_is_told_to_trust_it() => await IsRefusedAsync(
        o => o,
        "origin=\"https://example.com\"",
        "--trusted-proxy",
        new("Host", "example.com"),
        new("Origin", "https://example.com"),
        new("X-Forwarded-For", "203.0.113.7"));

    [Theory]
    [InlineData("https://example.com", "https", true)]
    [InlineData("http://example.com", "https", false)]
    public async Task A_page_behind_a_trusted_proxy_is_judged_by_the_forwarded_scheme_and_Host(string origin, string scheme, bool isAllowed)
    {
        KeyValuePair<string, string>[] headers =
            [new("Host", "example.com"), new("Origin", origin), new("X-Forwarded-For", "203.0.113.7"), new("X-Forwarded-Proto", scheme)];
        MqttBrokerOptions Trusting(MqttBrokerOptions options) => options with { TrustedProxies = ["127.0.0.1"] };
        if (!isAllowed)
        {
            await IsRefusedAsync(Trusting, "origin=\"http://example.com\"", "without TLS", headers);
            return;
        }

        await using MqttBroker broker = await StartAsync("ws", Trusting);
        Assert.StartsWith("HTTP/1.1 101 ", await UpgradeAsync(broker, headers));
    }

    [Theory]
    [InlineData("CF-Connecting-IP", "203.0.113.7", "https://example.com", true)]
    [InlineData("cf-connecting-ip", "203.0.113.7", "https://example.com", true)]
    [InlineData("Forwarded", "for=203.0.113.7;proto=https", "https://example.com", true)]
    [InlineData("Forwarded", "for=203.0.113.7;proto=https", "http://example.com", false)]
    [InlineData("forwarded", "for=203.0.113.7; Proto=\"HTTPS\"", "http://example.com", false)]
    [InlineData("Forwarded", "for=198.51.100.1;proto=http, for=203.0.113.7;proto=https", "http://example.com", false)]
    [InlineData("Forwarded", "for=198.51.100.1;proto=https, for=203.0.113.7;proto=http", "http://example.com", true)]
    [InlineData("Forwarded", "for=203.0.113.7", "http://example.com", true)]
    public async Task The_header_of_the_proxy_forwards_and_has_the_scheme(string name, string value, string origin, bool isAllowed)
    {
        KeyValuePair<string, string>[] headers = [new("Host", "example.com"), new("Origin", origin), new(name, value)];
        MqttBrokerOptions Trusting(MqttBrokerOptions options) => options with { TrustedProxies = ["127.0.0.1"], ProxyHeader = name.ToUpperInvariant() };
        if (!isAllowed)
        {
            await IsRefusedAsync(Trusting, "forwarded=203.0.113.7:0 ", "without TLS", headers);
            return;
        }

        await using MqttBroker broker = await StartAsync("ws", Trusting);
        Assert.StartsWith("HTTP/1.1 101 ", await UpgradeAsync(broker, headers));
    }

    [Theory]
    [InlineData(true, "forwarded=203.0.113.7:0 ")]
    [InlineData(false, "forwarded= ")]
    public async Task A_refusal_behind_a_proxy_names_its_client_only_if_the_proxy_is_trusted(bool isTrusted, string shown) => await IsRefusedAsync(
        o => o with { TrustedProxies = isTrusted ? ["127.0.0.1"] : [] },
        shown,
        "--allow-origin",
        new("Host", "example.com"),
        new("Origin", "https://evil.example"),
        new("X-Forwarded-For", "203.0.113.7"));

    [Theory]
    [InlineData("theirs.example:8083", false)]
    [InlineData("ours.example:8083", true)]
    public async Task A_page_by_a_host_that_is_not_ours_is_told_the_option_with_the_names(string host, bool isAllowed)
    {
        // behind a proxy, because a listener on loopback takes no other host
        KeyValuePair<string, string>[] headers = [new("Host", host), new("Origin", $"http://{host}"), new("X-Forwarded-For", "203.0.113.7")];
        MqttBrokerOptions Named(MqttBrokerOptions options) => options with { TrustedProxies = ["127.0.0.1"], HostNames = ["ours.example"] };
        if (!isAllowed)
        {
            await IsRefusedAsync(Named, "host=\"theirs.example:8083\"", "--host-name", headers);
            return;
        }

        await using MqttBroker broker = await StartAsync("ws", Named);
        Assert.StartsWith("HTTP/1.1 101 ", await UpgradeAsync(broker, headers));
    }

    [Theory]
    [InlineData("GET /other?token=t HTTP/1.1", "Sec-WebSocket-Protocol: mqtt", "status=404 path=\"/other\" rule", "WebSocketPaths")]
    [InlineData("GET /a\"b HTTP/1.1", "Sec-WebSocket-Protocol: mqtt", "path=\"/a\\u0022b\" rule", "WebSocketPaths")]
    [InlineData("GET /mqtt HTTP/1.1", "X: y", "status=400 path=\"/mqtt\" rule=WS-4.2.2-6", "AllowMissingSubprotocol")]
    public async Task Other_refusals_name_their_option_too(string request, string header, string shown, string hint)
    {
        MqttBroker broker = await StartAsync("ws", o => o);
        await UpgradeAsync(broker, [], request, header);
        await broker.DisposeAsync();
        string line = Assert.Single(lines, line => line.Contains("event=handshake-refused ", StringComparison.Ordinal));
        Assert.Contains(shown, line);
        Assert.Contains(hint, line);
    }

    [Fact]
    public async Task A_health_check_is_no_line()
    {
        MqttBroker broker = await StartAsync("ws", o => o);
        using (var http = new HttpClient())
        {
            string health = $"http://127.0.0.1:{new Uri(broker.Addresses[0]).Port}/health";
            Assert.Equal("ok\n", await http.GetStringAsync(health, Token));
        }

        await broker.DisposeAsync();
        Assert.DoesNotContain(lines, line => line.Contains("event=ended ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_page_of_a_loopback_origin_may_connect_to_a_listener_on_loopback()
    {
        await using MqttBroker broker = await StartAsync("ws", o => o);
        var page = new DialOptions { RequestHeaders = [new("Origin", "http://localhost:3000")] };
        await using Stream stream = await Dialer.ConnectAsync(MqttAddress.Parse(broker.Addresses[0]), page, Token);
        Assert.NotNull(stream);
    }

    [Fact]
    public async Task An_allowed_origin_that_can_match_nothing_is_refused_at_the_start()
    {
        MqttException refused = await Assert.ThrowsAsync<MqttException>(() => StartAsync("ws", o => o with { AllowedOrigins = ["example.com"] }));
        Assert.Equal(MqttErrorCode.InvalidOptions, refused.Code);
    }

    /// <summary>Sends a handshake that is refused with 403, and looks at its line.</summary>
    private async Task IsRefusedAsync(
        Func<MqttBrokerOptions, MqttBrokerOptions> change, string shown, string hint, params KeyValuePair<string, string>[] headers)
    {
        MqttBroker broker = await StartAsync("ws", change);
        Assert.StartsWith("HTTP/1.1 403 ", await UpgradeAsync(broker, headers));
        await broker.DisposeAsync();
        string line = Assert.Single(lines, line => line.Contains("event=handshake-refused ", StringComparison.Ordinal));
        Assert.StartsWith("Warning ", line);
        Assert.Contains("status=403", line);
        Assert.Contains(shown, line);
        Assert.Contains(hint, line[line.IndexOf(" hint=", StringComparison.Ordinal)..]);
        Assert.DoesNotContain(lines, line => line.Contains("event=ended ", StringComparison.Ordinal)); // one line says it
    }

    private static async Task<string> UpgradeAsync(
        MqttBroker broker, KeyValuePair<string, string>[] headers, string request = "GET /mqtt HTTP/1.1", string more = "Sec-WebSocket-Protocol: mqtt")
    {
        using var client = new TcpClient();
        int port = new Uri(broker.Addresses[0]).Port;
        await client.ConnectAsync("127.0.0.1", port, Token);
        IEnumerable<string> lines =
        [
            request, headers.Any(header => header.Key == "Host") ? "Y: z" : $"Host: 127.0.0.1:{port}", "Upgrade: websocket", "Connection: Upgrade",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13", more, .. headers.Select(header => $"{header.Key}: {header.Value}"),
        ];
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(string.Join("\r\n", lines) + "\r\n\r\n"), Token);
        using var reader = new StreamReader(client.GetStream());
        return await reader.ReadLineAsync(Token) ?? "";
    }

    private Task<MqttBroker> StartAsync(string scheme, Func<MqttBrokerOptions, MqttBrokerOptions> change) => MqttBroker.StartAsync(
        change(new MqttBrokerOptions
        {
            Listeners = [$"{scheme}://127.0.0.1:0{(scheme == "ws" ? "/mqtt" : "")}"],
            SystemTopicsInterval = TimeSpan.Zero,
            Log = (level, line) => lines.Enqueue($"{level} {line}"),
        }),
        Token);
}
