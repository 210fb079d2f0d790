// SPDX-License-Identifier: MIT

using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using RawMqtt.AspNetCore;
using RawMqtt.Hosting;
using RawMqtt.Tests.Transports;

namespace RawMqtt.Tests.AspNetCore;

/// <summary>A broker at a path of a web application, on the port that the application has.</summary>
public sealed class MqttEndpointTests : IDisposable
{
    private readonly TestCertificates files = new();
    private readonly X509Certificate2 certificate;

    public MqttEndpointTests() => certificate = files.Issue(["localhost"]);

    /// <summary>Ends a test that hangs.</summary>
    private static CancellationToken Limit => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    public void Dispose()
    {
        certificate.Dispose();
        files.Dispose();
    }

    [Fact]
    public async Task Our_client_connects_to_the_port_of_the_application()
    {
        await using WebApplication app = await StartAsync();
        string address = app.Urls.First().Replace("https", "wss", StringComparison.Ordinal) + "/mqtt";
        var tls = new MqttTlsOptions { CertificateAuthorities = [files.Authority], ServerName = "localhost" };
        var options = new MqttClientOptions { Address = address, Tls = tls };
        await using MqttClient client = await MqttClient.ConnectAsync(options, Limit);
        await using MqttSubscription messages = await client.SubscribeAsync("a", QualityOfService.ExactlyOnce, Limit);

        await client.PublishAsync("a", new string('x', 100_000), QualityOfService.ExactlyOnce, cancellationToken: Limit);

        await foreach (MqttMessage message in messages.WithCancellation(Limit))
        {
            Assert.Equal(100_000, message.Payload.Length);
            break;
        }

        MqttBrokerClient seen = Assert.Single(app.Services.GetRequiredService<MqttBroker>().Clients);
        Assert.Equal(IPAddress.Loopback, seen.RemoteAddress?.Address);
        Assert.StartsWith("wss://127.0.0.1:", seen.Listener);
        await client.DisconnectAsync(cancellationToken: Limit);
    }

    /// <summary>RFC 8441: no key, 200 in place of 101.</summary>
    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Another_client_connects_over_each_version_of_HTTP(string version)
    {
        await using WebApplication app = await StartAsync();
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("mqtt");
        socket.Options.HttpVersion = Version.Parse(version);
        socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        using HttpMessageInvoker invoker = Invoker();

        await socket.ConnectAsync(AddressOf(app), invoker, Limit);
        Assert.Equal("mqtt", socket.SubProtocol);
        await socket.SendAsync(Convert.FromHexString("100d00044d5154540402003c000161"), WebSocketMessageType.Binary, true, Limit);
        byte[] buffer = new byte[100];
        ValueWebSocketReceiveResult received = await socket.ReceiveAsync(buffer.AsMemory(), Limit);
        Assert.Equal("20020000", Convert.ToHexString(buffer, 0, received.Count));

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "", Limit);
        Assert.Equal(WebSocketCloseStatus.NormalClosure, socket.CloseStatus);
    }

    [Theory]
    [InlineData("1.1", "https://elsewhere.example", HttpStatusCode.Forbidden)]
    [InlineData("2.0", "https://elsewhere.example", HttpStatusCode.Forbidden)]
    [InlineData("1.1", null, HttpStatusCode.BadRequest)]
    [InlineData("2.0", null, HttpStatusCode.BadRequest)]
    public async Task The_rules_of_a_listener_hold(string version, string? origin, HttpStatusCode status)
    {
        await using WebApplication app = await StartAsync();
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.HttpVersion = Version.Parse(version);
        socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        if (origin is not null)
        {
            socket.Options.AddSubProtocol("mqtt");
            socket.Options.SetRequestHeader("Origin", origin);
        }

        using HttpMessageInvoker invoker = Invoker();
        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(AddressOf(app), invoker, Limit));

        Assert.Equal(status, socket.HttpStatusCode);
    }

    [Fact]
    public async Task A_plain_request_is_told_what_is_there()
    {
        await using WebApplication app = await StartAsync();
        using var client = new HttpClient(Handler());

        using HttpResponseMessage answer = await client.GetAsync(new Uri(app.Urls.First() + "/mqtt"), Limit);

        Assert.Equal(HttpStatusCode.UpgradeRequired, answer.StatusCode);
        Assert.Contains("this is a WebSocket endpoint", await answer.Content.ReadAsStringAsync(Limit));
    }

    [Fact]
    public async Task A_limit_on_connections_answers_503()
    {
        await using WebApplication app = await StartAsync(options => options with { Limits = new MqttBrokerLimits { MaxConnections = 1 } });
        using HttpMessageInvoker invoker = Invoker();
        using var first = new ClientWebSocket();
        first.Options.AddSubProtocol("mqtt");
        await first.ConnectAsync(AddressOf(app), invoker, Limit);
        using var second = new ClientWebSocket();
        second.Options.AddSubProtocol("mqtt");
        second.Options.CollectHttpResponseDetails = true;

        await Assert.ThrowsAsync<WebSocketException>(() => second.ConnectAsync(AddressOf(app), invoker, Limit));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, second.HttpStatusCode);
    }

    [Fact]
    public async Task The_application_stops_at_once_and_tells_its_clients()
    {
        await using WebApplication app = await StartAsync();
        using HttpMessageInvoker invoker = Invoker();
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("mqtt");
        await socket.ConnectAsync(AddressOf(app), invoker, Limit);

        Task stopping = app.StopAsync(Limit);
        ValueWebSocketReceiveResult end = await socket.ReceiveAsync(new byte[100].AsMemory(), Limit);

        Assert.Equal(WebSocketMessageType.Close, end.MessageType);
        Assert.Equal(WebSocketCloseStatus.EndpointUnavailable, socket.CloseStatus);
        await socket.CloseOutputAsync(WebSocketCloseStatus.EndpointUnavailable, "", Limit);
        await stopping;
    }

    private async Task<WebApplication> StartAsync(Func<MqttBrokerOptions, MqttBrokerOptions>? change = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            listen.UseHttps(certificate);
        }));
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Services.AddRouting();
        builder.Services.AddMqttBroker(change: (_, options) => change?.Invoke(options with { Listeners = [] }) ?? options with { Listeners = [] });
        WebApplication app = builder.Build();
        app.MapMqtt("/mqtt");
        await app.StartAsync(Limit);
        return app;
    }

    private static Uri AddressOf(WebApplication app) => new(app.Urls.First().Replace("https", "wss", StringComparison.Ordinal) + "/mqtt");

    private static HttpMessageInvoker Invoker() => new(Handler());

    private static SocketsHttpHandler Handler()
    {
        var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null;
        return handler;
    }
}
