// SPDX-License-Identifier: MIT

namespace RawMqtt.Dialling;

/// <summary>The catalogue of diagnoses: the server's certificate. A certificate may have several faults, so each begins with the same words.</summary>
internal static class CertificateDiagnoses
{
    public const string Subject = "The certificate of {url} ";

    private const string Pin = "or set Pin = \"{pin}\" after comparing it with what the server's owner sees (rawmqtt broker prints its own pin at the start).";

    public static DiagnosisEntry None => new("tls.no-certificate", MqttErrorCode.CertificateRefused, "The server at {url} shows no certificate.", "",
        "Look at the port with: openssl s_client -connect {authority}");

    public static DiagnosisEntry NotChecked => new("tls.certificate-not-checked", MqttErrorCode.CertificateRefused, Subject +
        "could not be checked: {reason}.", "", "Look at it with: openssl s_client -connect {authority} -showcerts");

    public static DiagnosisEntry RefusedByFunction => new("tls.refused-by-function", MqttErrorCode.CertificateRefused, Subject +
        "was refused by the program's own check. The usual check finds {reason}.", "", "Look at what ValidateCertificate compares.");

    public static DiagnosisEntry OtherPin => new("tls.other-pin", MqttErrorCode.CertificateRefused, Subject +
        "has the key {pin}, which is not the one that was pinned.", "The server may have a new key, or something else answers in its place.",
        "Compare it with what the server's owner sees (rawmqtt broker prints its own pin at the start); if it is the same, set Pin to it.");

    public static DiagnosisEntry Expired => new("tls.expired", MqttErrorCode.CertificateExpired, Subject +
        "{whose}expired on {until}, and the clock here says {now}", "",
        "Set this machine's clock if it is wrong; otherwise the server needs a new certificate.");

    public static DiagnosisEntry NotYetValid => new("tls.not-yet-valid", MqttErrorCode.CertificateNotYetValid, Subject +
        "{whose}is valid from {from} only, and the clock here says {now}", "",
        "Set this machine's clock if it is wrong; otherwise the server needs a certificate that is valid today.");

    public static DiagnosisEntry NoNames => new("tls.no-names", MqttErrorCode.CertificateNameMismatch, Subject +
        "names no host at all, only \"{subject}\", and \"{wanted}\" was wanted", "",
        "Ask for a certificate with this name as subject alternative name; the common name does not count.");

    public static DiagnosisEntry OtherName => new("tls.other-name", MqttErrorCode.CertificateNameMismatch, Subject +
        "is for {names}, and \"{wanted}\" was wanted", "",
        "Write a host that the certificate is for, set ServerName to it, or ask for a certificate with this name as subject alternative name.");

    public static DiagnosisEntry OtherNameThanAddress => new("tls.address-not-named", MqttErrorCode.CertificateNameMismatch, Subject +
        "is for {names}, and \"{wanted}\" was wanted", "",
        "Write the host by a name of the certificate instead of its IP address, or set ServerName to that name.");

    public static DiagnosisEntry AddressAsName => new("tls.address-as-name", MqttErrorCode.CertificateNameMismatch, Subject +
        "has {wanted} as a DNS name and not as an IP address", "Only an entry of the kind IP address stands for an IP address.",
        "Ask for a certificate with the subject alternative name IP:{wanted} in place of DNS:{wanted}.");

    public static DiagnosisEntry Wildcard => new("tls.wildcard", MqttErrorCode.CertificateNameMismatch, Subject +
        "is for {names}, and \"{wanted}\" was wanted", "", "A * stands for exactly one label of a name; write a host that the certificate covers.");

    public static DiagnosisEntry SelfSigned => new("tls.self-signed", MqttErrorCode.CertificateSelfSigned, Subject +
        "is self-signed and not among the trusted ones", "Its fingerprint is SHA-256 {fingerprint}.",
        "If it is the one you expect, save it (openssl s_client -connect {authority} </dev/null | openssl x509 -out server.pem) and name that file in " +
        "CertificateAuthorityFile, " + Pin);

    public static DiagnosisEntry IssuerUnknown => new("tls.issuer-unknown", MqttErrorCode.CertificateIssuerUnknown, Subject +
        "was issued by \"{issuer}\", which this machine does not trust", "", "Name the file of that authority's certificate in CertificateAuthorityFile, " +
        Pin);

    public static DiagnosisEntry IssuerNotInFile => new("tls.issuer-not-in-file", MqttErrorCode.CertificateIssuerUnknown, Subject +
        "was issued by \"{issuer}\", which is not in {file}", "",
        "Add that authority's certificate to the file; if the file has its root, the server has to send the certificates between.");

    public static DiagnosisEntry NotARoot => new("tls.not-a-root", MqttErrorCode.CertificateIssuerUnknown, Subject +
        "leads to no root: \"{held}\" is in {file}, and was itself issued by \"{root}\", which is not", "", "Add the certificate of \"{root}\" to {file}.");

    public static DiagnosisEntry NotForServers => new("tls.not-for-servers", MqttErrorCode.CertificateRefused, Subject +
        "is not for servers (extended key usage)", "", "The server needs a certificate with the usage serverAuth.");

    public static DiagnosisEntry Refused => new("tls.refused", MqttErrorCode.CertificateRefused, Subject + "is refused ({reason})", "",
        "Look at it with: openssl s_client -connect {authority} -showcerts");
}
