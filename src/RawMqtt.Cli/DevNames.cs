// SPDX-License-Identifier: MIT

using System.Formats.Asn1;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;

namespace RawMqtt.Cli;

/// <summary>The names that a development certificate is for: localhost, 127.0.0.1, ::1 and those given.</summary>
internal sealed partial class DevNames
{
    private const string ConstraintsOid = "2.5.29.30";
    private const int MostNames = 100;

    private static readonly IPNetwork Loopback = IPNetwork.Parse("127.0.0.0/8");

    private readonly List<string> hosts = ["localhost"];
    private readonly List<IPAddress> addresses = [IPAddress.Loopback, IPAddress.IPv6Loopback];

    /// <summary>Creates the set of the local names and the given ones.</summary>
    /// <exception cref="ArgumentException">A name is neither a host name nor an IP address.</exception>
    public DevNames(IEnumerable<string> given)
    {
        foreach (string name in given.Select(name => name.Trim('[', ']').ToLowerInvariant()).Order(StringComparer.Ordinal))
        {
            if (IsAddress(name, out IPAddress address)) Add(addresses, address);
            else Add(hosts, IsHost(name) ? name : throw new ArgumentException($"\"{name}\" is neither a host name, such as broker.lan, nor an IP address."));
        }

        if (hosts.Count + addresses.Count > MostNames) throw new ArgumentException($"A certificate has at most {MostNames} names here.");
    }

    /// <summary>Returns the names that a certificate has; null if it has none, or others than this type makes.</summary>
    public static DevNames? Of(X509Certificate2 certificate)
    {
        try
        {
            var alternatives = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
            if (alternatives is null) return null;
            var names = new DevNames(alternatives.EnumerateDnsNames().Concat(alternatives.EnumerateIPAddresses().Select(address => address.ToString())));
            return names.Alternatives().RawData.AsSpan().SequenceEqual(alternatives.RawData) ? names : null;
        }
        catch (Exception failure) when (failure is ArgumentException or System.Security.Cryptography.CryptographicException)
        {
            return null;
        }
    }

    public override string ToString() => string.Join(", ", [.. hosts, .. addresses.Select(address => address.ToString())]);

    /// <summary>Returns the subject alternative names, RFC 5280 4.2.1.6.</summary>
    public X509Extension Alternatives()
    {
        var builder = new SubjectAlternativeNameBuilder();
        hosts.ForEach(builder.AddDnsName);
        addresses.ForEach(builder.AddIpAddress);
        return builder.Build();
    }

    /// <summary>Returns the name constraints of an authority that may issue for these names, for 127/8 and for ::1 alone, RFC 5280 4.2.1.10.</summary>
    public X509Extension Constraints()
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0))) // permittedSubtrees
        {
            foreach (string host in hosts)
            {
                using (writer.PushSequence()) writer.WriteCharacterString(UniversalTagNumber.IA5String, host, new Asn1Tag(TagClass.ContextSpecific, 2));
            }

            foreach (byte[] range in Ranges())
            {
                using (writer.PushSequence()) writer.WriteOctetString(range, new Asn1Tag(TagClass.ContextSpecific, 7));
            }
        }

        return new X509Extension(ConstraintsOid, writer.Encode(), critical: true);
    }

    /// <summary>Returns whether the authority may issue for exactly these names.</summary>
    public bool AreThoseOf(X509Certificate2 authority) =>
        authority.Extensions.FirstOrDefault(extension => extension.Oid?.Value == ConstraintsOid) is { Critical: true } constraints
        && constraints.RawData.AsSpan().SequenceEqual(Constraints().RawData);

    /// <summary>Returns each range as its address and its mask.</summary>
    private IEnumerable<byte[]> Ranges()
    {
        yield return [127, 0, 0, 0, 255, 0, 0, 0];
        foreach (IPAddress address in addresses.Where(address => !Loopback.Contains(address)))
        {
            byte[] bytes = address.GetAddressBytes();
            yield return [.. bytes, .. Enumerable.Repeat((byte)255, bytes.Length)];
        }
    }

    private static void Add<T>(List<T> names, T name)
    {
        if (!names.Contains(name)) names.Add(name);
    }

    /// <summary>Not what the parser takes beside the usual forms: 1 for 0.0.0.1, or an address with a zone.</summary>
    private static bool IsAddress(string name, out IPAddress address) =>
        IPAddress.TryParse(name, out address!) && (address.AddressFamily == AddressFamily.InterNetworkV6 ? !name.Contains('%') : address.ToString() == name);

    private static bool IsHost(string name) => name.Length <= 253 && Host().IsMatch(name);

    /// <summary>Labels of letters, digits, hyphens and underscores; the last one is not a number, which browsers read as an IP address.</summary>
    [GeneratedRegex(@"^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*(?![0-9]+\z)[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\z")]
    private static partial Regex Host();
}
