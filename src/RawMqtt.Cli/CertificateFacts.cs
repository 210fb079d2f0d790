// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace RawMqtt.Cli;

/// <summary>What people want to know of the certificate that a broker shows: its names, its last day, and its pin.</summary>
internal static class CertificateFacts
{
    /// <summary>Returns one line about the first certificate of a file that the broker has accepted.</summary>
    public static string Describe(string file, string? password, DateTimeOffset now)
    {
        byte[] content = File.ReadAllBytes(file);
        bool isPem = content.AsSpan().IndexOf("-----BEGIN "u8) >= 0;
        using X509Certificate2 certificate = isPem
            ? X509Certificate2.CreateFromPem(Encoding.Latin1.GetString(content))
            : X509CertificateLoader.LoadPkcs12(content, password);
        DateTime until = certificate.NotAfter.ToUniversalTime();
        double days = Math.Floor((until - now.UtcDateTime).TotalDays);
        string left = days < 0 ? "expired" : days == 1 ? "1 day left" : $"{days:0} days left";
        string names = string.Join(", ", NamesOf(certificate).DefaultIfEmpty("no name"));
        return string.Create(
            CultureInfo.InvariantCulture, $"for {names}; valid until {until:yyyy-MM-dd HH:mm} UTC, {left}; pin {PublicKeyPin.Of(certificate)}");
    }

    private static IEnumerable<string> NamesOf(X509Certificate2 certificate)
    {
        foreach (X509SubjectAlternativeNameExtension names in certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>())
        {
            foreach (string name in names.EnumerateDnsNames()) yield return name;
            foreach (System.Net.IPAddress address in names.EnumerateIPAddresses()) yield return address.ToString();
        }
    }
}
