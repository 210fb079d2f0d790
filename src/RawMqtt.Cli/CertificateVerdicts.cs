// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace RawMqtt.Cli;

/// <summary>Says of a server's certificate, point by point, what a client with the user's options makes of it: chain, names, dates, pin.</summary>
/// <param name="answer">What the server showed.</param>
/// <param name="tls">The user's options.</param>
/// <param name="serverName">The name that the certificate is to be for.</param>
/// <param name="now">The time by this machine's clock.</param>
internal sealed class CertificateVerdicts(TlsAnswer answer, MqttTlsOptions? tls, string serverName, DateTimeOffset now)
{
    private const int MostNames = 10;
    private const int MostCharacters = 120;

    private readonly string pin = PublicKeyPin.Of(answer.Certificate);

    private bool IsPinned => tls?.Pin?.Split(';', StringSplitOptions.TrimEntries).Contains(pin) == true;

    /// <summary>Returns each point with its verdict, and whether it makes the client refuse the certificate: a matching pin stands in for chain and name,
    /// and --insecure for all.</summary>
    public IEnumerable<(string Point, string Verdict, bool IsFault)> All()
    {
        bool isJudged = tls is not { AllowUntrusted: true };
        bool needsTrust = isJudged && tls?.Pin is null;
        (string dates, bool isInTime) = Dates();
        yield return ("chain", Chain(), needsTrust && Untrusted() != 0);
        yield return ("names", Names(), needsTrust && answer.Errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch));
        yield return ("dates", dates, isJudged && !isInTime);
        yield return ("pin", Pin(), tls?.Pin is not null && !IsPinned);
    }

    private string Chain()
    {
        string whose = tls?.CertificateAuthorityFile ?? tls?.CertificateAuthorityFolder ?? "this machine";
        string verdict = Untrusted() is 0 ? $"trusted by {whose}"
            : $"not trusted by {whose} ({Untrusted()}){(IsPinned ? ", and the pin stands in for that" : "")}";
        return $"{Cut(answer.Certificate.Subject)}, issued by {Cut(answer.Certificate.Issuer)}: {verdict}.";
    }

    /// <summary>Dates are a point of their own.</summary>
    private X509ChainStatusFlags Untrusted()
    {
        X509ChainStatusFlags flags = 0;
        foreach (X509ChainStatus status in answer.Chain) flags |= status.Status;
        return flags & ~X509ChainStatusFlags.NotTimeValid;
    }

    private string Names()
    {
        string[] names = NamesOf(answer.Certificate);
        string shown = names.Length == 0 ? "no name" : string.Join(", ", names.Take(MostNames).Select(Cut));
        string more = names.Length > MostNames ? $" and {names.Length - MostNames} more" : "";
        bool isNamed = !answer.Errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch);
        return $"For {shown}{more}; {serverName} is {(isNamed ? "" : "not ")}among them{(!isNamed && IsPinned ? ", and the pin stands in for that" : "")}.";
    }

    private (string Verdict, bool IsInTime) Dates()
    {
        DateTime from = answer.Certificate.NotBefore.ToUniversalTime();
        DateTime until = answer.Certificate.NotAfter.ToUniversalTime();
        if (now < from) return ($"Valid from {Day(from)} only, and the clock here says {Day(now.UtcDateTime)}.", false);
        if (now > until) return ($"Expired on {Day(until)}, and the clock here says {Day(now.UtcDateTime)}.", false);
        bool isChainInTime = answer.Chain.All(status => !status.Status.HasFlag(X509ChainStatusFlags.NotTimeValid));
        return isChainInTime || IsPinned
            ? ($"Valid from {Day(from)} until {Day(until)}, {(until - now).Days} days from now.", true)
            : ($"Valid until {Day(until)}, but an issuer's certificate is not valid today.", false);
    }

    private string Pin()
    {
        if (IsPinned) return $"{pin}, as given.";
        return tls?.Pin is null
            ? $"{pin}; compare it with what the server's owner sees (rawmqtt broker prints its own at the start) before you give it as --pin."
            : $"{pin}, which is not the one given: compare it with what the server's owner sees.";
    }

    private static string[] NamesOf(X509Certificate2 certificate)
    {
        try
        {
            X509SubjectAlternativeNameExtension[] all = [.. certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()];
            IEnumerable<string> addresses = all.SelectMany(names => names.EnumerateIPAddresses()).Select(address => address.ToString());
            return [.. all.SelectMany(names => names.EnumerateDnsNames()), .. addresses];
        }
        catch (CryptographicException)
        {
            return []; // the extension is not DER
        }
    }

    private static string Day(DateTime time) => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Cut(string text) => text.Length > MostCharacters ? $"{text[..MostCharacters]}..." : text;
}
