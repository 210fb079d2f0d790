// SPDX-License-Identifier: MIT

using System.Security.Cryptography;

namespace RawMqtt.Cli;

/// <summary>Keeps the certificate of <c>broker --dev-cert</c> valid while the broker runs: the broker reads a changed file by itself.</summary>
internal sealed class DevCertRenewal : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(12);

    private readonly string folder;
    private readonly Timer timer;

    private DevCertRenewal(string folder, IReadOnlyCollection<string> names)
    {
        this.folder = folder;
        Certificates = DevCertificates.Ensure(folder, names, DateTimeOffset.UtcNow);
        timer = new Timer(_ => Renew(), null, Interval, Interval);
    }

    /// <summary>Gets the certificates as they were at the start.</summary>
    public DevCertificates Certificates { get; }

    /// <summary>Makes or renews the certificates now, and looks again twice a day.</summary>
    /// <param name="folder">Where they are kept; null for the default.</param>
    /// <param name="names">Further names; empty for those of the last time.</param>
    public static DevCertRenewal Start(string? folder, IReadOnlyCollection<string> names) => new(folder ?? DevCertificates.DefaultFolder, names);

    public void Dispose() => timer.Dispose();

    private void Renew()
    {
        try
        {
            DevCertificates now = DevCertificates.Ensure(folder, [], DateTimeOffset.UtcNow);
            if (now.IsNewAuthority)
                Tool.Warn($"the development authority is new, because the old one ran low: clients have to trust {now.AuthorityFile} anew.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException)
        {
            Tool.Warn($"the development certificate is not renewed: {failure.Message}");
        }
    }
}
