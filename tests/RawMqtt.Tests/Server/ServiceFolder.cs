// SPDX-License-Identifier: MIT

using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using RawMqtt.Server;
using RawMqtt.Tests.Transports;

namespace RawMqtt.Tests.Server;

/// <summary>A folder with the files of a broker, the broker that runs from them, and its log.</summary>
internal sealed class ServiceFolder : IDisposable
{
    private readonly TestCertificates certificates = new();

    public ConcurrentQueue<string> Log { get; } = new();

    public string AuthorityFile => certificates.AuthorityFile;

    public X509Certificate2 Authority => certificates.Authority;

    /// <summary>Gets the configuration file.</summary>
    public string File { get; private set; } = "";

    public void Dispose() => certificates.Dispose();

    public string Write(string name, string content) => certificates.Write(name, content);

    /// <summary>Writes a certificate with its key.</summary>
    public string WriteCertificate(string name, X509Certificate2 certificate)
    {
        string key = certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem();
        return Write(name, $"{certificate.ExportCertificatePem()}\n{key}\n");
    }

    public X509Certificate2 Issue(string name, bool isClient) =>
        certificates.Issue([name], usage: isClient ? "1.3.6.1.5.5.7.3.2" : "1.3.6.1.5.5.7.3.1");

    /// <summary>Writes the configuration file.</summary>
    public void Configure(string json) => File = Write("broker.json", json);

    public Task<BrokerService> StartAsync() => BrokerService.StartAsync(
        () => BrokerConfiguration.Default.WithFile(File),
        options => options with { Log = (level, line) => Log.Enqueue($"{level} {line}") },
        TestContext.Current.CancellationToken);

    /// <summary>Connects a client, and says with which return code it was refused, or why it did not come so far.</summary>
    public async Task<string> TryConnectAsync(MqttClientOptions options)
    {
        try
        {
            MqttClientOptions once = options with { ReconnectDelay = TimeSpan.Zero };
            await using MqttClient client = await MqttClient.ConnectAsync(once, TestContext.Current.CancellationToken);
            return "Accepted";
        }
        catch (MqttException e)
        {
            return e.ReturnCode?.ToString() ?? e.Code.ToString();
        }
    }

    public static MqttClientOptions Options(string address, string? user = null, string password = "", string? id = null)
    {
        var options = new MqttClientOptions { Address = address };
        if (user is not null) options = options with { UserName = user, Password = Encoding.UTF8.GetBytes(password) };
        return id is null ? options : options with { ClientId = id };
    }
}
