// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
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
            Refusal = CertificateDiagnoses.NotChecked.Fault(address, failure, ("reason", failure.Message.TrimEnd('.')));
        }

        return Refusal is null;
    }

    private MqttException? RefusalOf(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (tls.ValidateCertificate is { } validate)
        {
            string usual = errors == 0 ? "no fault" : errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors) ? "no trusted authority" : "another name";
            return validate(sender, certificate, chain, errors) ? null : CertificateDiagnoses.RefusedByFunction.Fault(address, null, ("reason", usual));
        }

        if (tls.AllowUntrusted) return null;
        if (certificate is not X509Certificate2 shown) return CertificateDiagnoses.None.Fault(address, null);
        if (tls.Pin is not { } pins) return errors == SslPolicyErrors.None ? null : Judge(shown, chain, errors);
        if (!CertificatePin.Matches(pins, shown)) return CertificateDiagnoses.OtherPin.Fault(address, null, ("pin", CertificatePin.Of(shown)));
        return IsOutOfDate(shown) ? FaultOf([DateFault(shown)], shown, shown, null, SslPolicyErrors.None, 0) : null; // a pin stands in for chain and name
    }

    /// <summary>Every fault is named; the first one, dates before names before trust, gives the code and the advice.</summary>
    private MqttException Judge(X509Certificate2 certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        X509ChainStatusFlags flags = 0;
        foreach (X509ChainStatus status in chain?.ChainStatus ?? []) flags |= status.Status;

        var faults = new List<DiagnosisEntry>();
        X509Certificate2 dated = Path(chain).Find(IsOutOfDate) ?? certificate;
        X509Certificate2? held = HeldWithoutRoot(certificate, chain);
        if ((flags & X509ChainStatusFlags.NotTimeValid) != 0) faults.Add(DateFault(dated));
        if ((errors & SslPolicyErrors.RemoteCertificateNameMismatch) != 0) faults.Add(NameFault(NamesOf(certificate)));
        if ((flags & X509ChainStatusFlags.UntrustedRoot) != 0 && IsSelfSigned(certificate)) faults.Add(CertificateDiagnoses.SelfSigned);
        else if ((flags & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain)) != 0) faults.Add(IssuerFault(held));
        if ((flags & X509ChainStatusFlags.NotValidForUsage) != 0) faults.Add(CertificateDiagnoses.NotForServers);
        if (faults.Count == 0) faults.Add(CertificateDiagnoses.Refused);
        return FaultOf(faults, certificate, dated, held, errors, flags);
    }

    private MqttException FaultOf(
        List<DiagnosisEntry> faults, X509Certificate2 shown, X509Certificate2 dated, X509Certificate2? held, SslPolicyErrors errors,
        X509ChainStatusFlags flags)
    {
        string more = string.Concat(faults[1..].ConvertAll(static fault => $", and {fault.Observed[CertificateDiagnoses.Subject.Length..]}"));
        return (faults[0] with { Observed = $"{faults[0].Observed}{more}." }).Fault(
            address,
            null,
            ("whose", dated.Equals(shown) ? "" : $"has an issuer, \"{dated.Subject}\", that "),
            ("from", Date(dated.NotBefore)),
            ("until", Date(dated.NotAfter)),
            ("now", Date(now.UtcDateTime)),
            ("subject", shown.Subject),
            ("names", string.Join(", ", NamesOf(shown))),
            ("wanted", serverName),
            ("issuer", shown.Issuer),
            ("file", Authorities ?? ""),
            ("held", held?.Subject ?? ""),
            ("root", held?.Issuer ?? ""),
            ("reason", flags == 0 ? errors.ToString() : flags.ToString()),
            ("fingerprint", shown.GetCertHashString(HashAlgorithmName.SHA256)),
            ("pin", CertificatePin.Of(shown)));
    }

    private string? Authorities => tls.CertificateAuthorityFile ?? tls.CertificateAuthorityFolder;

    private DiagnosisEntry DateFault(X509Certificate2 dated) =>
        now < dated.NotBefore.ToUniversalTime() ? CertificateDiagnoses.NotYetValid : CertificateDiagnoses.Expired;

    private DiagnosisEntry NameFault(List<string> names)
    {
        bool isAddress = IPAddress.TryParse(serverName, out _);
        if (names.Count == 0) return CertificateDiagnoses.NoNames;
        if (isAddress && names.Contains($"DNS:{serverName}")) return CertificateDiagnoses.AddressAsName;
        if (isAddress && names.Exists(name => !IPAddress.TryParse(name, out _))) return CertificateDiagnoses.OtherNameThanAddress;
        return !isAddress && names.Exists(name => name.StartsWith("*.", StringComparison.Ordinal))
            ? CertificateDiagnoses.Wildcard
            : CertificateDiagnoses.OtherName;
    }

    private DiagnosisEntry IssuerFault(X509Certificate2? held) =>
        Authorities is null ? CertificateDiagnoses.IssuerUnknown
        : held is null ? CertificateDiagnoses.IssuerNotInFile
        : CertificateDiagnoses.NotARoot;

    /// <summary>Returns the last certificate of the chain that the file holds although it is no root; null if there is none.</summary>
    private static X509Certificate2? HeldWithoutRoot(X509Certificate2 leaf, X509Chain? chain)
    {
        if (chain is null) return null;
        List<X509Certificate2> trusted = new(chain.ChainPolicy.CustomTrustStore);
        List<X509Certificate2> path = [.. Path(chain), leaf];
        return path.FindLast(certificate => !IsSelfSigned(certificate) && trusted.Contains(certificate))
            ?? trusted.Find(held => !IsSelfSigned(held) && held.SubjectName.RawData.AsSpan().SequenceEqual(leaf.IssuerName.RawData));
    }

    private static List<X509Certificate2> Path(X509Chain? chain)
    {
        var path = new List<X509Certificate2>();
        foreach (X509ChainElement element in chain is null ? [] : (IEnumerable<X509ChainElement>)chain.ChainElements) path.Add(element.Certificate);
        return path;
    }

    private bool IsOutOfDate(X509Certificate2 certificate) =>
        now < certificate.NotBefore.ToUniversalTime() || now > certificate.NotAfter.ToUniversalTime();

    /// <summary>The subject alternative names, RFC 5280 4.2.1.6: host names and addresses.</summary>
    private static List<string> NamesOf(X509Certificate2 certificate)
    {
        var names = new List<string>();
        foreach (X509Extension extension in certificate.Extensions)
        {
            if (extension is not X509SubjectAlternativeNameExtension alternatives) continue;
            foreach (string name in alternatives.EnumerateDnsNames()) names.Add(IPAddress.TryParse(name, out _) ? $"DNS:{name}" : name);
            foreach (IPAddress ip in alternatives.EnumerateIPAddresses()) names.Add(ip.ToString());
        }

        return names;
    }

    private static bool IsSelfSigned(X509Certificate2 certificate) => certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);

    private static string Date(DateTime time) => time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);
}
