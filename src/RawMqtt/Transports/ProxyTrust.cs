using System.Net;
using RawMqtt.WebSockets;

namespace RawMqtt.Transports;

/// <summary>Which proxies are believed when they say whom they speak for, and what they said: Forwarded (RFC 7239), X-Forwarded-For or X-Real-IP.</summary>
internal sealed class ProxyTrust
{
    private readonly IPNetwork[] networks;

    /// <param name="proxies">Addresses and networks.</param>
    /// <exception cref="MqttException"><see cref="MqttErrorCode.InvalidOptions"/>: one cannot be read.</exception>
    public ProxyTrust(IReadOnlyList<string> proxies) => networks = [.. proxies.Select(Parse)];

    public bool IsTrusted(IPAddress address)
    {
        IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return Array.Exists(networks, network => network.Contains(plain));
    }

    /// <summary>The client's own address; null when <paramref name="peer"/> is no trusted proxy, or says nothing that can be read.</summary>
    public IPEndPoint? ClientOf(IPAddress peer, AcceptedHandshake request)
    {
        if (!IsTrusted(peer)) return null;
        if (request.Forwarded is not null) return FirstUntrusted(request.Forwarded.Split(',').Select(ForOf));
        if (request.ForwardedFor is not null) return FirstUntrusted(request.ForwardedFor.Split(','));
        return request.RealIp is not null ? AddressIn(request.RealIp) : null;
    }

    /// <summary>From right to left: each proxy adds the address that it saw, so what stands left of an untrusted one is hearsay.</summary>
    private IPEndPoint? FirstUntrusted(IEnumerable<string?> path)
    {
        IPEndPoint? client = null;
        foreach (string? hop in path.Reverse())
        {
            if (hop is null || AddressIn(hop) is not { } address) break;
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
