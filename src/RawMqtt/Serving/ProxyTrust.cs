// SPDX-License-Identifier: MIT

using System.Net;
using System.Text;
using RawMqtt.WebSockets;

namespace RawMqtt.Serving;

/// <summary>Which proxies are believed when they say whom they speak for, and what they said: in one header, for a client can write all those that its proxy does not set.</summary>
internal sealed class ProxyTrust
{
    /// <summary>Somebody behind a proxy that does not say who: not this machine, in any case.</summary>
    public static readonly IPEndPoint Unknown = new(IPAddress.Any, 0);

    private readonly IPNetwork[] networks;
    private readonly bool isForwarded;

    /// <param name="proxies">Addresses and networks.</param>
    /// <param name="header">The header that they set: Forwarded (RFC 7239), or one that holds addresses, as X-Forwarded-For does.</param>
    /// <exception cref="MqttException"><see cref="MqttErrorCode.InvalidOptions"/>: one cannot be read.</exception>
    public ProxyTrust(IReadOnlyList<string> proxies, string header)
    {
        networks = [.. proxies.Select(Parse)];
        if (!HttpFields.IsToken(Encoding.UTF8.GetBytes(header))) throw new MqttException(MqttErrorCode.InvalidOptions, $"The proxy header \"{header}\" is no name of a header. Write X-Forwarded-For, X-Real-IP or Forwarded.");
        isForwarded = header.Equals("Forwarded", StringComparison.OrdinalIgnoreCase);
    }

    public bool IsTrusted(IPAddress address)
    {
        IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return Array.Exists(networks, network => network.Contains(plain));
    }

    /// <summary>The client's own address; null when <paramref name="peer"/> is no trusted proxy or speaks for nobody but itself; <see cref="Unknown"/> when what it says cannot be read.</summary>
    public IPEndPoint? ClientOf(IPAddress peer, AcceptedHandshake request)
    {
        if (!IsTrusted(peer) || !request.IsForwarded) return null;
        string[] path = request.ProxyHeader?.Split(',') ?? [];
        return FirstUntrusted(isForwarded ? path.Select(ForOf) : path);
    }

    /// <summary>From right to left: each proxy adds the address that it saw, so what stands left of an untrusted one is hearsay.</summary>
    private IPEndPoint FirstUntrusted(IEnumerable<string?> path)
    {
        IPEndPoint client = Unknown;
        foreach (string? hop in path.Reverse())
        {
            if (hop is null || AddressIn(hop) is not { } address) return Unknown;
            client = address;
            if (!IsTrusted(address.Address)) break;
        }

        return client;
    }

    /// <summary>The value of <c>for</c> in one element of Forwarded, RFC 7239 4.</summary>
    private static string? ForOf(string element)
    {
        foreach (string pair in element.Split(';'))
        {
            string[] parts = pair.Split('=', 2, StringSplitOptions.TrimEntries);
            if (parts.Length == 2 && parts[0].Equals("for", StringComparison.OrdinalIgnoreCase)) return parts[1].Trim('"');
        }

        return null;
    }

    /// <summary>ip, ip:port, v6 or [v6]:port; a name hides the address on purpose.</summary>
    private static IPEndPoint? AddressIn(string text) => IPEndPoint.TryParse(text.Trim(), out IPEndPoint? address) ? address : null;

    private static IPNetwork Parse(string text)
    {
        if (IPNetwork.TryParse(text, out IPNetwork network)) return network;
        if (IPAddress.TryParse(text, out IPAddress? address)) return new IPNetwork(address, address.GetAddressBytes().Length * 8);
        throw new MqttException(MqttErrorCode.InvalidOptions, $"The trusted proxy \"{text}\" is neither an address nor a network. Write 10.0.0.1, 10.0.0.0/8 or fd00::/8; the bits behind the prefix are 0.");
    }
}
