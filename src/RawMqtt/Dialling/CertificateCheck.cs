// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace RawMqtt.Dialling;

/// <summary>Looks at the certificate that a server shows, and keeps the reason when it is refused: SslStream would not say it.</summary>
internal sealed class CertificateCheck(MqttAddress address, string serverName, MqttTlsOptions tls, DateTimeOffset now)
{
    /// <summary>Why the certificate was refused; null when it was not.</summary>
    public MqttException? Refusal { get; private set; }

    /// <summary>To be given to SslStream. No certificate of a server, and no function of the application, makes it throw.</summary>
    public bool Accept(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        try
        {
            Refusal = RefusalOf(sender, certificate, chain, errors);
        }
        catch (Exception failure) // the application's function, or a certificate with an extension that is not DER
        {
            Refusal = new MqttException(
                MqttErrorCode.CertificateRefused, $"The certificate of {address} could not be checked: {failure.Message.ReplaceLineEndings(" ")}", failure);
        }

        return Refusal is null;
    }

    private MqttException? RefusalOf(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (tls.ValidateCertificate is { } validate)
        {
            return validate(sender, certificate, chain, errors) ? null
                : new MqttException(MqttErrorCode.CertificateRefused, $"ValidateCertificate refused the certificate of {address} (own check: {errors}).");
        }

        if (tls.AllowUntrusted) return null;
        if (certificate is not X509Certificate2 shown)
            return new MqttException(MqttErrorCode.CertificateRefused, $"The server at {address} shows no certificate.");
        if (tls.Pin is { } pins) return RefusalByPin(shown, pins);
        return errors == SslPolicyErrors.None ? null : Judge(shown, chain, errors);
    }

    /// <summary>A pin that matches stands in for chain and name, not for dates.</summary>
    private MqttException? RefusalByPin(X509Certificate2 shown, string pins)
    {
        if (!CertificatePin.Matches(pins, shown))
        {
            return new MqttException(MqttErrorCode.CertificateRefused,
                $"The certificate of {address} has the key {CertificatePin.Of(shown)}, which is not that of Pin. Compare it with what the server's " +
                "owner sees (rawmqtt broker prints its own pin at the start): the server may have a new key, or something else answers in its place.");
        }

        if (!IsOutOfDate(shown)) return null;
        (MqttErrorCode code, string what, string advice) = OfDates(shown, null);
        return new MqttException(code, $"The certificate of {address} has the right pin, and {what}. {advice}");
    }

    /// <summary>Every fault is named; the first one, dates before names before trust, gives the code and the advice.</summary>
    private MqttException Judge(X509Certificate2 certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        X509ChainStatusFlags flags = 0;
        foreach (X509ChainStatus status in chain?.ChainStatus ?? []) flags |= status.Status;

        var faults = new List<(MqttErrorCode Code, string What, string Advice)>();
        if ((flags & X509ChainStatusFlags.NotTimeValid) != 0) faults.Add(OfDates(certificate, chain));
        if ((errors & SslPolicyErrors.RemoteCertificateNameMismatch) != 0) faults.Add(OfName(certificate));
        if ((flags & X509ChainStatusFlags.UntrustedRoot) != 0 && IsSelfSigned(certificate))
        {
            faults.Add((
                MqttErrorCode.CertificateSelfSigned, "is self-signed and not among the trusted ones",
                "Compare its pin with what the server's owner sees (rawmqtt broker prints its own pin at the start). If it is the same, set " +
                $"Pin = \"{CertificatePin.Of(certificate)}\", or save the certificate as PEM and give that file as CertificateAuthorityFile."));
        }
        else if ((flags & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain)) != 0)
        {
            faults.Add((
                MqttErrorCode.CertificateIssuerUnknown,
                $"was issued by \"{certificate.Issuer}\", which " +
                $"{((tls.CertificateAuthorityFile ?? tls.CertificateAuthorityFolder) is { } file ? $"is not in {file}" : "this machine does not trust")}",
                "Give the file of that authority's certificate; if it is in place, the server may have to send its chain."));
        }

        if ((flags & X509ChainStatusFlags.NotValidForUsage) != 0)
            faults.Add(
                (MqttErrorCode.CertificateRefused, "is not for servers (extended key usage)", "The server needs a certificate with the usage serverAuth."));
        if (faults.Count == 0)
            faults.Add((
                MqttErrorCode.CertificateRefused, $"is refused ({(flags == 0 ? errors.ToString() : flags.ToString())})",
                "Look at it with: openssl s_client -connect HOST:PORT -showcerts."));

        string all = string.Join(", and ", faults.Select(fault => fault.What));
        return new MqttException(faults[0].Code, $"The certificate of {address} {all}. {faults[0].Advice}");
    }

    private (MqttErrorCode Code, string What, string Advice) OfDates(X509Certificate2 leaf, X509Chain? chain)
    {
        X509Certificate2 dated = chain?.ChainElements.Select(element => element.Certificate).FirstOrDefault(IsOutOfDate) ?? leaf;
        string whose = dated.Equals(leaf) ? "" : $"has an issuer, \"{dated.Subject}\", that ";
        return now < dated.NotBefore.ToUniversalTime()
            ? (
                MqttErrorCode.CertificateNotYetValid, $"{whose}is valid from {Date(dated.NotBefore)} only, and the clock here says {Date(now.UtcDateTime)}",
                "Set this machine's clock if it is wrong; otherwise the server needs a certificate that is valid today.")
            : (
                MqttErrorCode.CertificateExpired, $"{whose}expired on {Date(dated.NotAfter)}, and the clock here says {Date(now.UtcDateTime)}",
                "Set this machine's clock if it is wrong; otherwise the server needs a new certificate.");
    }

    private bool IsOutOfDate(X509Certificate2 certificate) =>
        now < certificate.NotBefore.ToUniversalTime() || now > certificate.NotAfter.ToUniversalTime();

    private (MqttErrorCode Code, string What, string Advice) OfName(X509Certificate2 certificate)
    {
        List<string> names = NamesOf(certificate);
        string what = names.Count == 0
            ? $"names no host at all, only \"{certificate.Subject}\", and \"{serverName}\" was wanted"
            : $"is for {string.Join(", ", names)}, and \"{serverName}\" was wanted";
        string advice = (IPAddress.TryParse(serverName, out _), names) switch
        {
            (true, _) when names.Any(name => !IPAddress.TryParse(name, out _)) => "Write the host by a name of the certificate instead of its IP address.",
            (false, _) when names.Any(name => name.StartsWith("*.", StringComparison.Ordinal)) =>
                "A * stands for exactly one label of a name; write a host that the certificate covers.",
            _ => "Write a host that the certificate is for, or ask for a certificate with this name as subject alternative name.",
        };
        return (MqttErrorCode.CertificateNameMismatch, what, advice);
    }

    /// <summary>The subject alternative names, RFC 5280 4.2.1.6: host names and addresses.</summary>
    private static List<string> NamesOf(X509Certificate2 certificate)
    {
        var names = new List<string>();
        foreach (X509Extension extension in certificate.Extensions)
        {
            if (extension is not X509SubjectAlternativeNameExtension alternatives) continue;
            names.AddRange(alternatives.EnumerateDnsNames());
            names.AddRange(alternatives.EnumerateIPAddresses().Select(ip => ip.ToString()));
        }

        return names;
    }

    private static bool IsSelfSigned(X509Certificate2 certificate) => certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);

    private static string Date(DateTime time) => time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);
}
