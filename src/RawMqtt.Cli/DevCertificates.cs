// SPDX-License-Identifier: MIT

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace RawMqtt.Cli;

/// <summary>The files of <c>rawmqtt dev-cert</c>: an authority and a server certificate for this machine, made once and renewed when they run low.</summary>
/// <remarks>The server's key outlives its certificates, so that its pin stays the same. The authority's key is used here alone.</remarks>
internal sealed class DevCertificates
{
    private const string AuthorityName = "ca.pem";
    private const string AuthorityKeyName = "ca.key";
    private const string ServerName = "server.pem";
    private const string ServerKeyName = "server.key";

    private static readonly TimeSpan LowServer = TimeSpan.FromDays(30);

    private readonly PrivateFolder folder;

    private DevCertificates(PrivateFolder folder, DevNames names, X509Certificate2 authority, X509Certificate2 server)
    {
        this.folder = folder;
        Names = names;
        AuthoritySubject = authority.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
        AuthorityUntil = authority.NotAfter.ToUniversalTime();
        ServerUntil = server.NotAfter.ToUniversalTime();
        Pin = PublicKeyPin.Of(server);
    }

    /// <summary>Gets the folder below the user's own in which the files are kept.</summary>
    /// <exception cref="IOException">The user has no folder.</exception>
    public static string DefaultFolder
    {
        get
        {
            string local = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
            if (local.Length == 0) throw new IOException("This user has no folder for data: name one with --dir.");
            return Path.Combine(local, "rawmqtt", "dev-cert");
        }
    }

    public DevNames Names { get; }

    public string AuthoritySubject { get; }

    public string AuthorityFile => folder.PathOf(AuthorityName);

    public string ServerFile => folder.PathOf(ServerName);

    public string ServerKeyFile => folder.PathOf(ServerKeyName);

    public DateTime AuthorityUntil { get; }

    public DateTime ServerUntil { get; }

    /// <summary>Gets the pin of the server's key.</summary>
    public string Pin { get; }

    /// <summary>Gets whether clients have to be told of the authority: this call made it.</summary>
    public bool IsNewAuthority { get; private init; }

    public bool IsNewServer { get; private init; }

    /// <summary>Returns certificates for the names given, or for those of the last time if there are none: the present ones if they are whole and last long
    /// enough, otherwise new ones.</summary>
    /// <exception cref="ArgumentException">A name cannot stand in a certificate.</exception>
    /// <exception cref="IOException">The files cannot be read or written, or other users can enter the folder.</exception>
    public static DevCertificates Ensure(string path, IReadOnlyCollection<string> given, DateTimeOffset now)
    {
        DevNames? wanted = given.Count > 0 ? new DevNames(given) : null;
        var folder = new PrivateFolder(path);
        using IDisposable alone = folder.Lock();
        using X509Certificate2? oldServer = Load(folder, ServerName, ServerKeyName);
        DevNames names = wanted ?? (oldServer is null ? null : DevNames.Of(oldServer)) ?? new DevNames([]);

        X509Certificate2? oldAuthority = Load(folder, AuthorityName, AuthorityKeyName);
        bool isNewAuthority = oldAuthority is null || !names.AreThoseOf(oldAuthority) || !Lasts(oldAuthority, now, DevIssuer.ServerLife);
        using X509Certificate2 authority = isNewAuthority ? MakeAuthority(folder, names, now) : oldAuthority!;
        bool isNewServer = isNewAuthority || oldServer is null || !Lasts(oldServer, now, LowServer) || DevNames.Of(oldServer)?.ToString() != names.ToString()
            || !IsIssuedBy(oldServer, authority, now);
        using X509Certificate2 server = isNewServer ? MakeServer(folder, authority, oldServer, names, now) : oldServer!;
        return new DevCertificates(folder, names, authority, server) { IsNewAuthority = isNewAuthority, IsNewServer = isNewServer };
    }

    private static X509Certificate2 MakeAuthority(PrivateFolder folder, DevNames names, DateTimeOffset now)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        X509Certificate2 authority = DevIssuer.NewAuthority(key, names, now);
        folder.Write(AuthorityKeyName, $"{key.ExportPkcs8PrivateKeyPem()}\n", isSecret: true);
        folder.Write(AuthorityName, $"{authority.ExportCertificatePem()}\n", isSecret: false);
        return authority;
    }

    private static X509Certificate2 MakeServer(
        PrivateFolder folder, X509Certificate2 authority, X509Certificate2? old, DevNames names, DateTimeOffset now)
    {
        using ECDsa key = old?.GetECDsaPrivateKey() ?? ECDsa.Create(ECCurve.NamedCurves.nistP256);
        X509Certificate2 server = DevIssuer.NewServer(authority, key, names, now);
        folder.Write(ServerKeyName, $"{key.ExportPkcs8PrivateKeyPem()}\n", isSecret: true);
        folder.Write(ServerName, $"{server.ExportCertificatePem()}\n{authority.ExportCertificatePem()}\n", isSecret: false);
        return server;
    }

    /// <summary>Returns a certificate with its key; null if one is missing, they do not fit, or others could read the key.</summary>
    private static X509Certificate2? Load(PrivateFolder folder, string certificate, string key)
    {
        if (!File.Exists(folder.PathOf(certificate)) || !folder.IsSecret(key)) return null;
        try
        {
            return X509Certificate2.CreateFromPemFile(folder.PathOf(certificate), folder.PathOf(key));
        }
        catch (Exception failure) when (failure is CryptographicException or ArgumentException)
        {
            return null;
        }
    }

    private static bool Lasts(X509Certificate2 certificate, DateTimeOffset now, TimeSpan time) =>
        certificate.NotBefore.ToUniversalTime() <= now && certificate.NotAfter.ToUniversalTime() >= now + time;

    private static bool IsIssuedBy(X509Certificate2 server, X509Certificate2 authority, DateTimeOffset now)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = now.LocalDateTime;
        return chain.Build(server);
    }
}
