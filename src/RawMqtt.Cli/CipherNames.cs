// SPDX-License-Identifier: MIT

using System.Net.Security;
using System.Security.Authentication;

namespace RawMqtt.Cli;

/// <summary>Cipher suites of TLS 1.2 and 1.3 that are still safe, by their names in OpenSSL and in the RFCs.</summary>
internal static class CipherNames
{
    public const string Example = "ECDHE-RSA-AES256-GCM-SHA384:TLS_AES_256_GCM_SHA384";

    /// <summary>Gets the suites; those of TLS 1.3 have one name.</summary>
    public static IReadOnlyList<(string OpenSsl, TlsCipherSuite Suite)> All { get; } =
    [
        ("TLS_AES_256_GCM_SHA384", TlsCipherSuite.TLS_AES_256_GCM_SHA384),
        ("TLS_AES_128_GCM_SHA256", TlsCipherSuite.TLS_AES_128_GCM_SHA256),
        ("TLS_CHACHA20_POLY1305_SHA256", TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256),
        ("ECDHE-ECDSA-AES256-GCM-SHA384", TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384),
        ("ECDHE-RSA-AES256-GCM-SHA384", TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384),
        ("ECDHE-ECDSA-AES128-GCM-SHA256", TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256),
        ("ECDHE-RSA-AES128-GCM-SHA256", TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256),
        ("ECDHE-ECDSA-CHACHA20-POLY1305", TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256),
        ("ECDHE-RSA-CHACHA20-POLY1305", TlsCipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256),
        ("DHE-RSA-AES256-GCM-SHA384", TlsCipherSuite.TLS_DHE_RSA_WITH_AES_256_GCM_SHA384),
        ("DHE-RSA-AES128-GCM-SHA256", TlsCipherSuite.TLS_DHE_RSA_WITH_AES_128_GCM_SHA256),
        ("DHE-RSA-CHACHA20-POLY1305", TlsCipherSuite.TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256),
    ];

    /// <summary>Reads names with ':' between; false if one is not of the list.</summary>
    public static bool TryRead(string names, out List<TlsCipherSuite> suites)
    {
        suites = [];
        foreach (string name in names.Split(':'))
        {
            (string OpenSsl, TlsCipherSuite Suite) found = All.FirstOrDefault(one => one.OpenSsl == name || $"{one.Suite}" == name);
            if (found.OpenSsl is null) return false;
            suites.Add(found.Suite);
        }

        return true;
    }

    /// <summary>Returns the versions of TLS that have one of the suites.</summary>
    public static SslProtocols ProtocolsOf(string names)
    {
        TryRead(names, out List<TlsCipherSuite> suites);
        bool IsOf13(TlsCipherSuite suite) => suite is TlsCipherSuite.TLS_AES_256_GCM_SHA384 or TlsCipherSuite.TLS_AES_128_GCM_SHA256
            or TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256;
        return (suites.Exists(IsOf13) ? SslProtocols.Tls13 : 0) | (suites.Exists(suite => !IsOf13(suite)) ? SslProtocols.Tls12 : 0);
    }

    /// <summary>Returns the policy for names that <see cref="TryRead"/> reads.</summary>
    /// <exception cref="ArgumentException">The system cannot choose cipher suites for one connection.</exception>
    public static CipherSuitesPolicy PolicyOf(string names)
    {
        if (OperatingSystem.IsWindows()) throw new ArgumentException("--ciphers: this system chooses the cipher suites for all programs.");
        TryRead(names, out List<TlsCipherSuite> suites);
        return new CipherSuitesPolicy(suites);
    }
}
