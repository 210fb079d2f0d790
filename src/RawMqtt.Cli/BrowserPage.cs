// SPDX-License-Identifier: MIT

using System.Net;
using System.Net.Sockets;

namespace RawMqtt.Cli;

/// <summary>Judges what a browser does when a page of some origin connects to an address.</summary>
internal sealed class BrowserPage
{
    private static readonly IPNetwork[] LocalNetworks =
    [
        .. new[] { "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10", "fc00::/7", "fe80::/10" }.Select(IPNetwork.Parse),
    ];

    private readonly string given;
    private readonly DoctorTarget target;
    private readonly IPAddress[] addresses;
    private readonly Uri? page;

    /// <param name="origin">The origin of the page, such as https://example.com, or null as a word.</param>
    /// <param name="target">The address that it connects to.</param>
    /// <param name="addresses">The addresses of the target's host.</param>
    public BrowserPage(string origin, DoctorTarget target, IPAddress[] addresses)
    {
        given = origin;
        this.target = target;
        this.addresses = addresses;
        if (Uri.TryCreate(origin, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https" && uri is { PathAndQuery: "/", UserInfo: "" }) page = uri;
        Origin = page is not null ? $"{page.Scheme}://{HostOf(page)}{(page.IsDefaultPort ? "" : $":{page.Port}")}" : origin == "null" ? origin : null;
    }

    /// <summary>How near an address is to the user: Chrome protects the nearer ones from pages of the farther ones.</summary>
    private enum Space
    {
        Public,
        Local,
        Loopback,
    }

    /// <summary>Gets the origin as a browser writes it; null if the text is none.</summary>
    public string? Origin { get; }

    private Space SpaceOfTarget => target.IsLoopback || (addresses.Length > 0 && addresses.All(IPAddress.IsLoopback)) ? Space.Loopback
        : Array.Exists(addresses, IsLocal) || target.Host.EndsWith(".local", StringComparison.Ordinal) ? Space.Local
        : Space.Public;

    /// <summary>Returns a sentence, and whether a browser refuses the connection.</summary>
    public (string Verdict, bool IsRefused) Judge()
    {
        if (!target.IsWebSocket) return ($"A browser cannot open {target.Scheme}: give the broker a ws or wss address.", true);
        if (Origin is null) return ($"{given} is no origin of a page, such as https://example.com.", true);
        if (page is null)
            return ("Files and sandboxed frames of any site have the origin null: serve the page by HTTP; --allow-origin * takes all pages.", true);
        bool isMixed = page.Scheme == "https" && !target.IsTls;
        if (isMixed && !target.IsLoopback) return ($"Mixed content: a page on https may not open ws. Use {target.With("wss")}.", true);

        string safari = isMixed ? " Safari refuses it as mixed content; Chrome and Firefox do not, because the host is this machine." : "";
        bool isInward = SpaceOfPage() == Space.Public && SpaceOfTarget != Space.Public;
        string place = SpaceOfTarget == Space.Loopback ? "this machine" : "the local network";
        if (isInward && page.Scheme == "http")
            return ($"Chrome since 147 refuses it: a page that is not on https may not reach from the public network into {place}.{safari}", true);
        string local = isInward ? $" Chrome since 147 asks the user for permission before a page of the public network reaches into {place}." : "";
        return IsAllowedByOurBroker()
            ? ($"A browser allows the connection, and so does our broker: page and broker have one origin, or both are this machine.{local}{safari}", false)
            : ($"A browser allows the connection; our broker refuses this page unless it runs with --allow-origin {Origin}.{local}{safari}", false);
    }

    /// <summary>Returns what our broker decides with its default settings about a connection that comes straight to it.</summary>
    internal bool IsAllowedByOurBroker()
    {
        if (page is null) return false;
        bool isHostLoopback = IsLoopbackText(target.Host);
        if (SpaceOfTarget == Space.Loopback)
        {
            if (!isHostLoopback) return false; // a name that a page has bound to this machine
            if (IsLoopbackText(HostOf(page))) return true;
        }

        if (target.IsTls && page.Scheme != "https") return false;
        return page.Port == target.Port && HostOf(page).Trim('[', ']').Equals(target.Host, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>By its spelling alone: which address the user's browser finds for a name is not known here.</summary>
    private Space SpaceOfPage()
    {
        string host = HostOf(page!).Trim('[', ']');
        if (IsLoopbackText(host)) return Space.Loopback;
        bool isLocal = host.EndsWith(".local", StringComparison.Ordinal) || (IPAddress.TryParse(host, out IPAddress? address) && IsLocal(address));
        return isLocal ? Space.Local : Space.Public;
    }

    /// <summary>In brackets if it is an IPv6 address, as in an origin.</summary>
    private static string HostOf(Uri page) => page.HostNameType == UriHostNameType.IPv6 ? page.Host : page.IdnHost;

    private static bool IsLocal(IPAddress address)
    {
        IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return Array.Exists(LocalNetworks, network => network.BaseAddress.AddressFamily == plain.AddressFamily && network.Contains(plain));
    }

    private static bool IsLoopbackText(string host)
    {
        string name = host.Trim('[', ']');
        if (name == "localhost" || name.EndsWith(".localhost", StringComparison.Ordinal)) return true;
        return IPAddress.TryParse(name, out IPAddress? address) && IPAddress.IsLoopback(address)
            && (address.AddressFamily == AddressFamily.InterNetworkV6 || address.ToString() == name);
    }
}
