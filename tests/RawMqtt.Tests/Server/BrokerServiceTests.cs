// SPDX-License-Identifier: MIT

using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RawMqtt.Server;

namespace RawMqtt.Tests.Server;

/// <summary>A broker that runs from files.</summary>
public sealed class BrokerServiceTests : IDisposable
{
    private readonly ServiceFolder folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    /// <summary>As Eclipse Paho's interoperability test of a refused subscription does: SUBACK 0x80 for test/nosubscribe.</summary>
    [Fact]
    public async Task A_SUBSCRIBE_without_read_access_gets_0x80()
    {
        folder.Write("access", "topic #\ntopic deny test/nosubscribe");
        folder.Configure("""{ "Listeners": ["mqtt://127.0.0.1:0"], "AccessFile": "access" }""");
        await using BrokerService service = await folder.StartAsync();
        await using MqttClient client = await MqttClient.ConnectAsync(service.Broker.Addresses[0], Token);

        MqttException refused = await Assert.ThrowsAsync<MqttException>(
            () => client.SubscribeAsync("test/nosubscribe", QualityOfService.ExactlyOnce, cancellationToken: Token));
        Assert.Equal(MqttErrorCode.SubscriptionRefused, refused.Code);
        await using MqttSubscription others = await client.SubscribeAsync("test/+", QualityOfService.ExactlyOnce, Token);
        await client.PublishAsync("test/nosubscribe", "1", QualityOfService.AtLeastOnce, cancellationToken: Token);
        await client.PublishAsync("test/other", "2", QualityOfService.AtLeastOnce, cancellationToken: Token);
        Assert.Equal("2", await FirstOf(others));
    }

    [Fact]
    public async Task A_bridge_of_the_configuration_runs_with_the_broker()
    {
        await using MqttBroker far = await MqttBroker.StartAsync(new MqttBrokerOptions { Listeners = ["mqtt://127.0.0.1:0"] }, Token);
        using MqttBrokerSubscription heard = far.Subscribe("site7/#");
        folder.Configure($$"""
            {
              "Listeners": ["mqtt://127.0.0.1:0"],
              "Bridges": [{ "Name": "cloud", "Addresses": ["{{far.Addresses[0]}}"], "Topics": ["sensors/# out 1 \"\" site7/"] }],
            }
            """);
        await using (BrokerService service = await folder.StartAsync())
        {
            await using MqttClient client = await MqttClient.ConnectAsync(service.Broker.Addresses[0], Token);
            await client.PublishAsync("sensors/a", "1", QualityOfService.AtLeastOnce, cancellationToken: Token);
            await foreach (MqttMessage message in heard.WithCancellation(Token))
            {
                Assert.Equal(("site7/sensors/a", "1"), (message.Topic, message.PayloadText));
                break;
            }

            Assert.Equal("cloud", Assert.Single(service.Bridges).Statistics.Name);
        }

        Assert.Contains(folder.Log, line => line.Contains("bridge=\"cloud\""));
    }

    [Fact]
    public async Task A_bridge_whose_password_file_is_missing_stops_the_start()
    {
        folder.Configure("""
            {
              "Listeners": ["mqtt://127.0.0.1:0"],
              "Bridges": [{ "Name": "cloud", "Addresses": ["mqtt://127.0.0.1:1"], "UserName": "u", "PasswordFile": "missing", "Topics": ["#"] }],
            }
            """);
        Assert.Contains("missing", (await Assert.ThrowsAsync<ConfigurationException>(folder.StartAsync)).Message);
    }

    [Fact]
    public async Task A_reload_changes_access_without_a_lost_connection()
    {
        folder.Write("access", "user alice\ntopic readwrite a/#");
        folder.Write("users", MqttPasswordFile.CreateEntry("alice", "s3cret"u8));
        folder.Configure("""{ "Listeners": ["mqtt://127.0.0.1:0"], "PasswordFile": "users", "AccessFile": "access" }""");
        await using BrokerService service = await folder.StartAsync();
        string address = service.Broker.Addresses[0];
        await using MqttClient alice = await MqttClient.ConnectAsync(ServiceFolder.Options(address, "alice", "s3cret"), Token);
        await using MqttSubscription messages = await alice.SubscribeAsync("a/#", QualityOfService.AtLeastOnce, Token);
        await alice.PublishAsync("a/1", "1", QualityOfService.AtLeastOnce, cancellationToken: Token);
        Assert.Equal("1", await FirstOf(messages));

        folder.Write("access", "user alice\ntopic readwrite a/#\ntopic deny a/1");
        folder.Write("users", MqttPasswordFile.CreateEntry("bob", "other"u8));
        Assert.True(service.Reload());
        await alice.PublishAsync("a/1", "2", QualityOfService.AtLeastOnce, cancellationToken: Token);
        await alice.PublishAsync("a/2", "3", QualityOfService.AtLeastOnce, cancellationToken: Token);
        Assert.Equal("3", await FirstOf(messages));
        Assert.Equal(1, service.Broker.Statistics.MessagesNotAllowed);
        Assert.Equal("BadUserNameOrPassword", await folder.TryConnectAsync(ServiceFolder.Options(address, "alice", "s3cret")));
        Assert.Equal("Accepted", await folder.TryConnectAsync(ServiceFolder.Options(address, "bob", "other")));
        Assert.Contains("Information event=reloaded", folder.Log);
    }

    [Fact]
    public async Task A_reload_of_a_wrong_file_changes_nothing_and_says_so()
    {
        folder.Write("access", "topic readwrite a/#");
        folder.Configure("""{ "Listeners": ["mqtt://127.0.0.1:0"], "AccessFile": "access" }""");
        await using BrokerService service = await folder.StartAsync();
        folder.Write("access", "topic readwrite a/#\ntopic allow b");
        Assert.False(service.Reload());
        Assert.Contains("access:2:", Assert.Single(folder.Log, line => line.StartsWith("Error event=reload-failed", StringComparison.Ordinal)));
        await using MqttClient client = await MqttClient.ConnectAsync(service.Broker.Addresses[0], Token);
        await using MqttSubscription messages = await client.SubscribeAsync("a/#", QualityOfService.AtLeastOnce, Token);
    }

    [Fact]
    public async Task A_reload_names_the_settings_that_need_a_restart()
    {
        folder.Write("access", "topic #");
        folder.Configure("""{ "Listeners": ["mqtt://127.0.0.1:0"] }""");
        await using BrokerService service = await folder.StartAsync();
        folder.Configure("""{ "Listeners": ["mqtt://127.0.0.1:0"], "AccessFile": "access", "LogLevel": "Error", "Limits": { "MaxInFlight": 30 } }""");
        Assert.True(service.Reload());
        Assert.Contains("Warning event=reloaded restart-needed-for=\"Limits.MaxInFlight AccessFile\"", folder.Log);
        Assert.Equal(MqttLogLevel.Error, service.Configuration.Settings.LogLevel);
    }

    [Fact]
    public async Task Client_identifiers_are_bound_to_users()
    {
        folder.Write("users", MqttPasswordFile.CreateEntry("alice", "s3cret"u8));
        folder.Configure("""{ "Listeners": ["mqtt://127.0.0.1:0"], "PasswordFile": "users", "ClientIds": ["alice=pump-*"] }""");
        await using BrokerService service = await folder.StartAsync();
        string address = service.Broker.Addresses[0];
        Assert.Equal("IdentifierRejected", await folder.TryConnectAsync(ServiceFolder.Options(address, "alice", "s3cret", "fan-1")));
        Assert.Contains("Warning event=refused client=\"fan-1\" user=\"alice\" action=client-id count=1", folder.Log);
        Assert.Equal("Accepted", await folder.TryConnectAsync(ServiceFolder.Options(address, "alice", "s3cret", "pump-1")));
        Assert.Equal("BadUserNameOrPassword", await folder.TryConnectAsync(ServiceFolder.Options(address, "alice", "wrong", "pump-1")));
    }

    /// <summary>The service has hooks; they must not let in who would not come in without them.</summary>
    [Theory]
    [InlineData("null", "u", "Accepted")] // from this machine
    [InlineData("false", "u", "NotAuthorized")]
    [InlineData("false", null, "NotAuthorized")]
    [InlineData("true", "u", "Accepted")]
    public async Task A_name_without_a_password_file_is_worth_nothing(string allowAnonymous, string? user, string expected)
    {
        folder.Configure($$"""{ "Listeners": ["mqtt://127.0.0.1:0"], "AllowAnonymous": {{allowAnonymous}} }""");
        await using BrokerService service = await folder.StartAsync();
        Assert.Equal(expected, await folder.TryConnectAsync(ServiceFolder.Options(service.Broker.Addresses[0], user, "any")));
    }

    [Fact]
    public async Task A_forwarded_client_with_a_name_is_not_local()
    {
        folder.Configure("""{ "Listeners": ["ws://127.0.0.1:0/mqtt"], "TrustedProxies": ["127.0.0.1"] }""");
        await using BrokerService service = await folder.StartAsync();
        MqttClientOptions options = ServiceFolder.Options(service.Broker.Addresses[0], "u", "any");
        Assert.Equal("NotAuthorized", await folder.TryConnectAsync(options with { RequestHeaders = [new("X-Forwarded-For", "203.0.113.7")] }));
        Assert.Equal("Accepted", await folder.TryConnectAsync(options with { RequestHeaders = [new("X-Forwarded-For", "127.0.0.1")] }));
        Assert.Equal("NotAuthorized", await folder.TryConnectAsync(options)); // a trusted proxy that names no client
    }

    [Fact]
    public async Task A_required_certificate_names_the_user_and_a_revoked_one_is_refused()
    {
        using X509Certificate2 server = folder.Issue("127.0.0.1", isClient: false);
        using X509Certificate2 pump = folder.Issue("pump-7", isClient: true);
        using X509Certificate2 fan = folder.Issue("fan-1", isClient: true);
        folder.WriteCertificate("server.pem", server);
        string pumpFile = folder.WriteCertificate("pump.pem", pump);
        string fanFile = folder.WriteCertificate("fan.pem", fan);
        folder.Write("access", "user pump-7\ntopic readwrite pumps/#");
        WriteList(folder, null);
        folder.Configure("""
            {
              "Listeners": ["mqtts://127.0.0.1:0"], "CertificateFile": "server.pem", "AllowAnonymous": false, "AccessFile": "access",
              "ClientCertificates": "Required", "ClientCertificateAuthorityFile": "ca.crt", "ClientCertificateUserName": "Dns",
              "RevocationListFile": "list.crl",
            }
            """);
        await using BrokerService service = await folder.StartAsync();
        MqttClientOptions Shows(string? file) => ServiceFolder.Options(service.Broker.Addresses[0]) with
        {
            Tls = new MqttTlsOptions { CertificateAuthorityFile = folder.AuthorityFile, CertificateFile = file },
        };
        await using MqttClient client = await MqttClient.ConnectAsync(Shows(pumpFile), Token);
        await using MqttSubscription messages = await client.SubscribeAsync("pumps/#", QualityOfService.AtLeastOnce, Token);
        Assert.Equal("pump-7", Assert.Single(service.Broker.Clients).UserName);
        Assert.Equal("Accepted", await folder.TryConnectAsync(Shows(fanFile)));
        Assert.NotEqual("Accepted", await folder.TryConnectAsync(Shows(null)));

        WriteList(folder, fan);
        Assert.True(service.Reload());
        Assert.NotEqual("Accepted", await folder.TryConnectAsync(Shows(fanFile)));
        Assert.Contains(folder.Log, line => line.EndsWith("reason=\"it is revoked\"", StringComparison.Ordinal));
        await client.PublishAsync("pumps/1", "still here", QualityOfService.AtLeastOnce, cancellationToken: Token);
        Assert.Equal("still here", await FirstOf(messages));
    }

    [Fact]
    public async Task An_optional_certificate_without_a_name_is_refused_and_no_certificate_falls_back_to_the_password()
    {
        using X509Certificate2 server = folder.Issue("127.0.0.1", isClient: false);
        using X509Certificate2 wrong = folder.Issue("127.0.0.1", isClient: false);
        folder.WriteCertificate("server.pem", server);
        folder.Write("users", MqttPasswordFile.CreateEntry("alice", "s3cret"u8));
        using X509Certificate2 nameless = folder.Issue("pump-7", isClient: true);
        string namelessFile = folder.WriteCertificate("client.pem", nameless);
        string wrongFile = folder.WriteCertificate("wrong.pem", wrong);
        folder.Configure("""
            {
              "Listeners": ["mqtts://127.0.0.1:0"], "CertificateFile": "server.pem", "PasswordFile": "users",
              "ClientCertificates": "Optional", "ClientCertificateAuthorityFile": "ca.crt", "ClientCertificateUserName": "Mail",
            }
            """);
        await using BrokerService service = await folder.StartAsync();
        MqttClientOptions Shows(string? file) => ServiceFolder.Options(service.Broker.Addresses[0], "alice", "s3cret") with
        {
            Tls = new MqttTlsOptions { CertificateAuthorityFile = folder.AuthorityFile, CertificateFile = file },
        };
        Assert.Equal("Accepted", await folder.TryConnectAsync(Shows(null)));
        Assert.Equal("NotAuthorized", await folder.TryConnectAsync(Shows(namelessFile)));
        Assert.NotEqual("Accepted", await folder.TryConnectAsync(Shows(wrongFile))); // its purpose is that of a server
    }

    [Theory]
    [InlineData("\"ClientCertificates\": \"Required\"", "set ClientCertificateAuthorityFile too")]
    [InlineData("\"ClientCertificates\": \"Required\", \"ClientCertificateAuthorityFile\": \"broker.json\"", "holds no certificate")]
    [InlineData("\"KeyPasswordFile\": \"missing\"", "KeyPasswordFile")]
    [InlineData("\"AccessFile\": \"missing\"", "missing")]
    [InlineData("\"ClientIds\": [\"x\"]", "USER=PATTERN")]
    public async Task A_file_that_cannot_be_used_refuses_the_start(string members, string expected)
    {
        folder.Configure($"{{ {members}, \"Listeners\": [\"mqtt://127.0.0.1:0\"] }}");
        Assert.Contains(expected, (await Assert.ThrowsAsync<ConfigurationException>(folder.StartAsync)).Message);
    }

    private static async Task<string> FirstOf(MqttSubscription messages)
    {
        await foreach (MqttMessage message in messages.WithCancellation(Token)) return message.PayloadText;
        throw new SocketException();
    }

    private static void WriteList(ServiceFolder folder, X509Certificate2? revoked)
    {
        var list = new CertificateRevocationListBuilder();
        if (revoked is not null) list.AddEntry(revoked);
        byte[] der = list.Build(folder.Authority, 1, DateTimeOffset.UtcNow.AddDays(1), HashAlgorithmName.SHA256);
        folder.Write("list.crl", PemEncoding.WriteString("X509 CRL", der));
    }
}
