// SPDX-License-Identifier: MIT

using System.Net;
using System.Net.Sockets;
using System.Text;
using RawMqtt.WebSockets;

namespace RawMqtt.Serving;

/// <summary>Decides which proxies are trusted, and reads the client's address from their header. Only one header is read, because clients can forge the
/// others.</summary>
internal sealed class ProxyTrust
{
    /// <summary>The client's address if a trusted proxy sends none that can be read. It is not a loopback address, so the client does not count as
    /// local.</summary>
    public static readonly IPEndPoint Unknown = new(IPAddress.Any, 0);

    private readonly IPNetwork[] networks;
    private readonly bool isRfc7239;

    /// <param name="proxies">Addresses and networks.</param>
    /// <param name="header">The header that they set: Forwarded (RFC 7239), or one that contains addresses, such as X-Forwarded-For.</param>
    /// <exception cref="MqttException"><see cref="MqttErrorCode.InvalidOptions"/>: a proxy or the header is invalid.</exception>
    public ProxyTrust(IReadOnlyList<string> proxies, string header)
    {
        networks = [.. proxies.Select(Parse)];
        if (!HttpFields.IsToken(Encoding.UTF8.GetBytes(header)))
        {
            string text = $"\"{header}\" cannot be the name of the proxy header. Write X-Forwarded-For, X-Real-IP or Forwarded.";
            throw new MqttException(MqttErrorCode.InvalidOptions, text);
        }

        isRfc7239 = header.Equals("Forwarded", StringComparison.OrdinalIgnoreCase);
    }

    public bool IsTrusted(IPAddress address)
    {
        IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return Array.Exists(networks, network => network.Contains(plain));
    }

    /// <summary>Returns the client's address according to the header; null if the peer speaks for itself. Returns <see cref="Unknown"/> if a trusted proxy
    /// names none that can be read, and for each peer on this machine that is a trusted proxy or forwards: its clients do not count as local.</summary>
    /// <param name="peer">The address of the connection's peer.</param>
    /// <param name="request">The request of a WebSocket; null for another connection.</param>
    /// <param name="isUnclear">The peer is on this machine, and either forwards without being trusted, or is trusted and forwards nothing.</param>
    public IPEndPoint? ClientOf(IPAddress peer, AcceptedHandshake? request, out bool isUnclear)
    {
        bool isTrusted = IsTrusted(peer);
        bool isForwarded = request is { IsForwarded: true };
        isUnclear = isTrusted != isForwarded && IPAddress.IsLoopback(peer.IsIPv4MappedToIPv6 ? peer.MapToIPv4() : peer);
        return isTrusted && isForwarded ? ClientIn(request!.ProxyHeader) : isUnclear ? Unknown : null;
    }

    /// <summary>Returns the client's address according to a request that was refused; null if its peer is not a trusted proxy that forwards.</summary>
    public IPEndPoint? ClientOf(IPAddress peer, HandshakeRefusal refusal) =>
        refusal.IsForwarded && IsTrusted(peer) ? ClientIn(refusal.ProxyHeader) : null;

    private IPEndPoint ClientIn(string? header)
    {
        string[] path = header?.Split(',') ?? [];
        return FirstUntrusted(isRfc7239 ? path.Select(element => ForwardedElement.ValueOf(element, "for")) : path);
    }

    /// <summary>Reads from right to left: each proxy appends the address that it saw, so an untrusted address may have forged everything left of it.</summary>
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

    /// <summary>Reads ip, ip:port, v6 or [v6]:port; null for a name, with which a proxy hides the address. An IPv4 address has four decimal parts: the
    /// system also takes 127.1 and 2130706433, which other programs read differently.</summary>
    private static IPEndPoint? AddressIn(string text)
    {
        if (!IPEndPoint.TryParse(text.Trim(), out IPEndPoint? address)) return null;
        return address.AddressFamily == AddressFamily.InterNetworkV6 || IsDotted(text.Trim().Split(':')[0], address.Address) ? address : null;
    }

    private static IPNetwork Parse(string text)
    {
        bool isV6 = text.Contains(':', StringComparison.Ordinal);
        if (IPNetwork.TryParse(text, out IPNetwork network) && (isV6 || IsDotted(text.Split('/')[0], network.BaseAddress))) return network;
        if (IPAddress.TryParse(text, out IPAddress? address) && (isV6 || IsDotted(text, address)))
            return new IPNetwork(address, address.GetAddressBytes().Length * 8);
        string advice = "Write 10.0.0.1, 10.0.0.0/8 or fd00::/8; the bits after the prefix must be 0.";
        throw new MqttException(MqttErrorCode.InvalidOptions, $"The trusted proxy \"{text}\" is neither an address nor a network. {advice}");
    }

    private static bool IsDotted(string text, IPAddress address) => text == address.ToString();
}
