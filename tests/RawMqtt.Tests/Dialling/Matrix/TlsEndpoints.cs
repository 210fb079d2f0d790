// SPDX-License-Identifier: MIT

using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using RawMqtt.Tests.Transports;

namespace RawMqtt.Tests.Dialling.Matrix;

/// <summary>The endpoints of the matrix with TLS: certificates that a client must not take, and one that wants the client's.</summary>
internal sealed class TlsEndpoints : IDisposable
{
    private readonly TestCertificates certificates = new();
    private readonly List<X509Certificate2> made = [];

    public static string[] All { get; } =
    [
        "self-signed", "expired", "other-name", "private-authority", "other-authority", "only-the-intermediate", "only-the-leaf", "address-as-name",
        "client-certificate-wanted",
    ];

    public static TheoryData<string> Names => [.. All];

    public MatrixEndpoint Start(string name)
    {
        using X509Certificate2 intermediate = certificates.IssueAuthority("Test Intermediate");
        X509Certificate2 certificate = Keep(name switch
        {
            "self-signed" => TestCertificates.SelfSigned("localhost"),
            "expired" => certificates.Issue(["localhost"], new(2021, 1, 1, 0, 0, 0, TimeSpan.Zero), new(2021, 2, 1, 0, 0, 0, TimeSpan.Zero)),
            "other-name" => certificates.Issue(["other.example"]),
            "address-as-name" => certificates.IssueWithName("127.0.0.1"),
            "only-the-intermediate" => certificates.Issue(["localhost"], issuer: intermediate),
            _ => certificates.Issue(["localhost"]),
        });
        string? file = name switch
        {
            "only-the-intermediate" => certificates.Write("intermediate.crt", intermediate.ExportCertificatePem()),
            "other-authority" => certificates.Write("other.crt", Keep(TestCertificates.SelfSigned("other")).ExportCertificatePem()),
            "only-the-leaf" => certificates.Write("leaf.crt", certificate.ExportCertificatePem()),
            "self-signed" or "private-authority" => null,
            _ => certificates.AuthorityFile,
        };
        return new MatrixEndpoint((socket, stop) => ServeAsync(socket, certificate, name == "client-certificate-wanted", stop))
        {
            Host = name == "address-as-name" ? "127.0.0.1" : "localhost",
            Tls = file is null ? null : new MqttTlsOptions { CertificateAuthorityFile = file },
        };
    }

    public void Dispose()
    {
        foreach (X509Certificate2 certificate in made) certificate.Dispose();
        certificates.Dispose();
    }

    private X509Certificate2 Keep(X509Certificate2 certificate)
    {
        made.Add(certificate);
        return certificate;
    }

    /// <summary>A peer without TLS gets the alert that servers send: protocol version.</summary>
    private static async Task ServeAsync(Socket socket, X509Certificate2 certificate, bool wantsCertificate, CancellationToken stop)
    {
        byte[] first = new byte[1];
        await socket.ReceiveAsync(first, SocketFlags.Peek, stop);
        if (first[0] != 22)
        {
            await socket.SendAsync(new byte[] { 21, 3, 1, 0, 2, 2, 70 }, stop);
            socket.Shutdown(SocketShutdown.Send);
            await socket.ReceiveAsync(new byte[4096], stop);
            return;
        }

        await using var tls = new SslStream(new NetworkStream(socket));
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificate = certificate,
            ClientCertificateRequired = wantsCertificate,
            RemoteCertificateValidationCallback = (_, shown, _, _) => !wantsCertificate || shown is not null,
        };
        await tls.AuthenticateAsServerAsync(options, stop);
        await tls.ReadExactlyAsync(new byte[1], stop); // ends when the client closes
    }
}
