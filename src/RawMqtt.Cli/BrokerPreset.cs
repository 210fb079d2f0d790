// SPDX-License-Identifier: MIT

using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RawMqtt.Server;

namespace RawMqtt.Cli;

/// <summary>Configurations with a name: what they set counts less than a file, the environment and the command line.</summary>
internal static class BrokerPreset
{
    private const string Emqx = "emqx";

    /// <summary>Adds the settings of a preset; null: none.</summary>
    /// <exception cref="ConfigurationException">There is no preset of that name.</exception>
    public static BrokerConfiguration Apply(string? name, BrokerConfiguration configuration) => name switch
    {
        null => configuration,
        Emqx => configuration.With(
            "Listeners", "mqtt://127.0.0.1:1883,ws://127.0.0.1:8083/mqtt,wss://127.0.0.1:8084/mqtt,mqtts://127.0.0.1:8883", $"preset {Emqx}"),
        _ => throw new ConfigurationException($"--preset knows {Emqx} alone, not \"{name}\"."),
    };

    /// <summary>Writes a certificate for this machine with its key into a folder that only this user can read, and returns the name of the file. Clients
    /// trust it by that file. It is valid for 30 days, and the next start makes a new one.</summary>
    public static string CreateCertificate()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(30));
        string file = Path.Combine(Directory.CreateTempSubdirectory("rawmqtt-").FullName, "localhost.pem");
        File.WriteAllText(file, $"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n");
        return file;
    }
}
