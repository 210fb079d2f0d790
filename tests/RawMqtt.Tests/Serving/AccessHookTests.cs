// SPDX-License-Identifier: MIT

using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using RawMqtt.Tests.Transports;
using static RawMqtt.Tests.Serving.MemoryExchange;

namespace RawMqtt.Tests.Serving;

/// <summary>The hooks by which a program names the user of a connection and rules over topics, certificates and plain GETs.</summary>
public sealed class AccessHookTests : IDisposable
{
    private readonly TestCertificates certificates = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => certificates.Dispose();

    [Fact]
    public async Task A_user_that_Identify_names_needs_no_password_and_owns_the_session()
    {
        string file = certificates.Write("users", MqttPasswordFile.CreateEntry("me", "secret"u8));
        var seen = new ConcurrentQueue<string?>();
        await using MqttBroker broker = await StartAsync(o => o with
        {
            PasswordFile = file,
            Identify = request => request.ClientId == "known" ? "ann" : null,
            CanWrite = (client, topic) =>
            {
                seen.Enqueue(client.UserName);
                return true;
            },
        }, Token);
        Assert.Equal(0, (await ExchangeAsync(broker, Connect("known", "you", "wrong") + " | 30 03 00 01 'a' | e0 00", Token))[3]);
        Assert.Equal(4, (await ExchangeAsync(broker, Connect("other", "me", "wrong"), Token))[3]);
        Assert.Equal(["ann", "ann"], seen); // the Will, then the PUBLISH
    }

    [Fact]
    public async Task A_Will_without_write_access_is_refused_with_5()
    {
        var lines = new ConcurrentQueue<string>();
        MqttBroker broker = await StartAsync(
            o => o with { AllowAnonymous = true, CanWrite = (_, topic) => !topic.SequenceEqual("will/c"u8), Log = (_, line) => lines.Enqueue(line) }, Token);
        Assert.Equal([0x20, 2, 0, 5], await ExchangeAsync(broker, Connect("c", "me", "secret"), Token));
        await broker.DisposeAsync();
        Assert.Contains("event=refused client=\"c\" user=\"me\" action=will topic=\"will/c\" count=1", lines);
    }

    [Fact]
    public async Task A_predicate_that_throws_refuses_and_is_logged()
    {
        var lines = new ConcurrentQueue<string>();
        MqttBroker broker = await StartAsync(
            o => o with
            {
                AllowAnonymous = true,
                CanWrite = (_, _) => throw new InvalidOperationException("broken"),
                Log = (_, line) => lines.Enqueue(line),
            },
            Token);
        byte[] answer = await ExchangeAsync(broker, "10 0d | 00 04 'MQTT' 04 02 00 00 | 00 01 'c' | 32 05 00 01 'a' 00 01 | e0 00", Token);
        await broker.DisposeAsync();

        Assert.Equal([0x20, 2, 0, 0, 0x40, 2, 0, 1], answer);
        Assert.Contains(lines, line => line.StartsWith("event=hook-failed ", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("event=refused client=\"c\" user=\"\" action=publish topic=\"a\" count=1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task CanRead_is_asked_again_after_ReloadAccess()
    {
        bool isOpen = false;
        await using MqttBroker broker = await StartAsync(
            o => o with { CanRead = (client, topic) => isOpen && client.ClientId == "c" && topic.SequenceEqual("a"u8) }, Token);
        await using MqttClient client = await MqttClient.ConnectAsync(
            new MqttClientOptions { ClientId = "c", ConnectStream = (_, _) => ValueTask.FromResult(broker.Connect()) }, Token);
        await using MqttSubscription messages = await client.SubscribeAsync("a", QualityOfService.AtLeastOnce, Token);
        broker.Publish("a", "1", QualityOfService.AtLeastOnce);
        isOpen = true;
        broker.Publish("a", "2", QualityOfService.AtLeastOnce);
        broker.ReloadAccess();
        broker.Publish("a", "3", QualityOfService.AtLeastOnce);

        await foreach (MqttMessage message in messages.WithCancellation(Token))
        {
            Assert.Equal("3", message.PayloadText);
            break;
        }
    }

    [Fact]
    public async Task A_client_certificate_reaches_the_hooks()
    {
        using X509Certificate2 server = certificates.Issue(["127.0.0.1"]);
        using X509Certificate2 client = certificates.Issue(["pump-7"], usage: "1.3.6.1.5.5.7.3.2");
        string? shown = null;
        await using MqttBroker broker = await MqttBroker.StartAsync(new MqttBrokerOptions
        {
            Listeners = ["mqtts://127.0.0.1:0"],
            CertificateFile = certificates.Write("server.pem", PemOf(server)),
            SystemTopicsInterval = TimeSpan.Zero,
            ConfigureTls = tls =>
            {
                tls.ClientCertificateRequired = true;
                tls.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null;
            },
            Identify = request => shown = request.ClientCertificate?.Thumbprint,
        }, Token);
        string file = certificates.Write("client.pem", PemOf(client));
        var tls = new MqttTlsOptions { CertificateAuthorityFile = certificates.AuthorityFile, CertificateFile = file };
        var options = new MqttClientOptions { Address = broker.Addresses[0], Tls = tls };
        await using MqttClient connected = await MqttClient.ConnectAsync(options, Token);
        Assert.Equal(client.Thumbprint, shown);
        Assert.Equal(client.Thumbprint, Assert.Single(broker.Clients).UserName);
    }

    [Fact]
    public async Task A_plain_GET_is_answered_by_the_hook_with_the_listener_and_the_path()
    {
        var lines = new ConcurrentQueue<string>();
        MqttBroker broker = await MqttBroker.StartAsync(new MqttBrokerOptions
        {
            Listeners = ["ws://127.0.0.1:0/mqtt"],
            SystemTopicsInterval = TimeSpan.Zero,
            AnswerGet = (listener, path) => path == "/figures" ? $"{listener} {path}" : null,
            Log = (_, line) => lines.Enqueue(line),
        }, Token);
        var root = new Uri(broker.Addresses[0].Replace("ws://", "http://", StringComparison.Ordinal));
        using var http = new HttpClient();
        Assert.Equal($"{broker.Addresses[0]} /figures\n", await http.GetStringAsync(new Uri(root, "/figures"), Token));
        Assert.Equal("ok\n", await http.GetStringAsync(new Uri(root, "/health"), Token));
        using HttpResponseMessage other = await http.GetAsync(new Uri(root, "/others"), Token);
        Assert.Equal(404, (int)other.StatusCode);
        await broker.DisposeAsync();
        Assert.Single(lines, line => line.StartsWith("event=handshake-refused ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_plain_GET_or_HEAD_is_answered_by_the_hook_with_the_bytes_that_it_returns()
    {
        byte[] whole = [.. "HTTP/1.1 203 Fine\r\nContent-Length: 3\r\nX-Head: own\r\nConnection: close\r\n\r\n"u8, 0, 255, 0];
        var heads = new ConcurrentQueue<string>();
        await using MqttBroker broker = await MqttBroker.StartAsync(new MqttBrokerOptions
        {
            Listeners = ["ws://127.0.0.1:0/mqtt"],
            AnswerGet = (_, path) => path == "/text" ? "text" : null,
            AnswerHttp = (listener, head) =>
            {
                heads.Enqueue($"{listener} {head}");
                if (!head.Contains(" /bytes ", StringComparison.Ordinal)) return null;
                return head.StartsWith("HEAD", StringComparison.Ordinal) ? whole.AsMemory(..^3) : whole;
            },
        }, Token);
        var root = new Uri(broker.Addresses[0].Replace("ws://", "http://", StringComparison.Ordinal));
        using var http = new HttpClient();
        using HttpResponseMessage answer = await http.GetAsync(new Uri(root, "/bytes"), Token);
        using var request = new HttpRequestMessage(HttpMethod.Head, new Uri(root, "/bytes"));
        using HttpResponseMessage head = await http.SendAsync(request, Token);

        Assert.Equal((203, "Fine", "own"), ((int)answer.StatusCode, answer.ReasonPhrase, answer.Headers.GetValues("X-Head").Single()));
        Assert.Equal([0, 255, 0], await answer.Content.ReadAsByteArrayAsync(Token));
        Assert.Equal((203, 3L), ((int)head.StatusCode, head.Content.Headers.ContentLength));
        Assert.Equal("text\n", await http.GetStringAsync(new Uri(root, "/text"), Token));
        Assert.StartsWith($"{broker.Addresses[0]} GET /bytes HTTP/1.1\r\nHost: ", heads.First(), StringComparison.Ordinal);
        await using MqttClient client = await MqttClient.ConnectAsync(broker.Addresses[0], Token); // an upgrade is no plain GET
        Assert.Equal(3, heads.Count);
    }

    /// <summary>A packet may hold millions of filters: the hook is asked about as many as a client may have.</summary>
    [Fact]
    public async Task AuthorizeSubscribe_is_asked_about_a_bounded_number_of_filters()
    {
        int asked = 0;
        await using MqttBroker broker = await StartAsync(
            o => o with
            {
                AllowAnonymous = true,
                Limits = new() { MaxSubscriptions = 2 },
                AuthorizeSubscribe = (_, _, _) => ValueTask.FromResult(++asked > 0),
            },
            Token);
        string connect = "10 0d | 00 04 'MQTT' 04 02 00 00 | 00 01 'c'";
        byte[] answer = await ExchangeAsync(broker, connect + " | 82 0e 00 01 00 01 'a' 00 00 01 'b' 00 00 01 'a' 01 | e0 00", Token);
        Assert.Equal([0x20, 2, 0, 0, 0x90, 5, 0, 1, 0, 0, 0x80], answer);
        Assert.Equal(2, asked);
    }

    [Theory]
    [InlineData("$6$c2FsdDEyYnl0ZXMh$tFdWiI4UxLloDH3oiXfUtNWc7BTyjjWe/PY7GRohYzUOMDurRrhEM4+7DeTE/KEJWjJPVlmMKr6tZNoZUdn5ug==", true)]
    [InlineData("$7$101$c2FsdDEyYnl0ZXMh$9O4XMU9MAyMzUg2g6W+Gpogu292LKxA7QKJjpXjrPma8eTciIxWcBHvTygJi33TbAuiIwI/V4dxuGvox3iXbcA==", true)]
    [InlineData("$7$0$c2FsdDEyYnl0ZXMh$9O4XMU9MAyMzUg2g6W+Gpogu292LKxA7QKJjpXjrPma8eTciIxWcBHvTygJi33TbAuiIwI/V4dxuGvox3iXbcA==", false)]
    [InlineData("$7$102$c2FsdDEyYnl0ZXMh$9O4XMU9MAyMzUg2g6W+Gpogu292LKxA7QKJjpXjrPma8eTciIxWcBHvTygJi33TbAuiIwI/V4dxuGvox3iXbcA==", false)]
    [InlineData("$6$$tFdWiI4UxLloDH3oiXfUtNWc7BTyjjWe/PY7GRohYzUOMDurRrhEM4+7DeTE/KEJWjJPVlmMKr6tZNoZUdn5ug==", false)]
    [InlineData("$6$c2FsdDEyYnl0ZXMh$AAAA", false)]
    public void Entries_of_mosquitto_passwd_are_checked(string entry, bool matches)
    {
        Assert.Equal(matches, MqttPasswordFile.Matches($"me:{entry}", "secret"u8));
        Assert.False(MqttPasswordFile.Matches($"me:{entry}", "Secret"u8));
    }

    [Fact]
    public async Task Identify_keeps_a_session_for_the_named_user_alone()
    {
        string user = "ann";
        await using MqttBroker broker = await StartAsync(o => o with { Identify = _ => user }, Token);
        string connect = "10 0d | 00 04 'MQTT' 04 00 00 00 | 00 01 'c' | e0 00";
        Assert.Equal([0x20, 2, 0, 0], await ExchangeAsync(broker, connect, Token));
        Assert.Equal([0x20, 2, 1, 0], await ExchangeAsync(broker, connect, Token));
        user = "bob";
        Assert.Equal([0x20, 2, 0, 2], await ExchangeAsync(broker, connect, Token)); // the session is ann's
    }

    private static string PemOf(X509Certificate2 certificate) =>
        $"{certificate.ExportCertificatePem()}\n{certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()}\n";
}
