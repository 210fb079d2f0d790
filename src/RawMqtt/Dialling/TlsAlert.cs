// SPDX-License-Identifier: MIT

namespace RawMqtt.Dialling;

/// <summary>Finds the alert with which a server ended TLS, RFC 8446 6: in its plain bytes, or in the text of OpenSSL.</summary>
internal static class TlsAlert
{
    public const int HandshakeFailure = 40;
    public const int ProtocolVersion = 70;
    public const int UnrecognizedName = 112;
    public const int CertificateRequired = 116;
    public const int NoApplicationProtocol = 120;

    /// <summary>Returns the number of the alert; null if there is none.</summary>
    public static int? Find(ReadOnlySpan<byte> received, Exception? failure)
    {
        if (received is [21, 3, _, 0, 2, _, byte plain, ..]) return plain;
        for (; failure is not null; failure = failure.InnerException)
        {
            for (int alert = HandshakeFailure; alert <= NoApplicationProtocol; alert++)
            {
                if (NameOf(alert) is { } name && failure.Message.Contains($"alert {name}", StringComparison.OrdinalIgnoreCase)) return alert;
            }
        }

        return null;
    }

    /// <summary>Returns whether the alert is about a certificate.</summary>
    public static bool IsAboutCertificate(int? alert) => alert is >= 42 and <= 49 and not 47 or CertificateRequired;

    /// <summary>Returns number and name, as in <c>116 (certificate required)</c>.</summary>
    public static string Show(int alert) => NameOf(alert) is { } known ? $"{alert} ({known})" : $"{alert}";

    /// <summary>Returns the name; null for none that is known. A list of pairs would pull the type loader of the runtime into a native program.</summary>
    private static string? NameOf(int alert) => alert switch
    {
        HandshakeFailure => "handshake failure",
        42 => "bad certificate",
        43 => "unsupported certificate",
        44 => "certificate revoked",
        45 => "certificate expired",
        46 => "certificate unknown",
        47 => "illegal parameter",
        48 => "unknown ca",
        49 => "access denied",
        50 => "decode error",
        51 => "decrypt error",
        ProtocolVersion => "protocol version",
        71 => "insufficient security",
        80 => "internal error",
        UnrecognizedName => "unrecognized name",
        CertificateRequired => "certificate required",
        NoApplicationProtocol => "no application protocol",
        _ => null,
    };
}
