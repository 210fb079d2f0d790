// SPDX-License-Identifier: MIT

using System.Net;
using System.Net.Sockets;
using System.Text;

namespace RawMqtt.Cli;

/// <summary>What <c>rawmqtt broker</c> prints at its start: the addresses that clients can use, who may connect, from which pages, with which login, and the
/// certificate.</summary>
internal static class BrokerStartText
{
    /// <summary>Returns the text, one fact a line.</summary>
    /// <param name="options">The options that the broker was started with.</param>
    /// <param name="addresses">The addresses that it listens on.</param>
    /// <param name="own">The addresses of this machine.</param>
    /// <param name="now">The time.</param>
    public static string Render(MqttBrokerOptions options, IReadOnlyList<string> addresses, IReadOnlyList<IPAddress> own, DateTimeOffset now)
    {
        Uri[] listeners = [.. addresses.Select(address => new Uri(address))];
        var text = new StringBuilder();
        foreach (Uri listener in listeners)
        {
            string who = IsLoopback(listener) ? "clients on this machine" : "clients on all machines that reach it";
            foreach (string usable in UsableAddresses(listener, own)) text.Append("address     ").Append(usable).Append("  ").Append(who).Append('\n');
        }

        Uri[] web = [.. listeners.Where(listener => listener.Scheme is "ws" or "wss")];
        if (web.Length > 0) text.Append("pages       ").Append(PagesOf(options, web)).Append('\n');
        text.Append("login       ").Append(LoginOf(options)).Append('\n');
        bool isTls = listeners.Any(listener => listener.Scheme is "wss" or "mqtts");
        if (isTls) text.Append("certificate ").Append(CertificateFacts.Describe(options.CertificateFile!, options.KeyPassword, now)).Append('\n');
        return text.ToString();
    }

    /// <summary>Returns the addresses by which clients reach a listener: each of this machine's if it listens on all.</summary>
    private static IEnumerable<string> UsableAddresses(Uri listener, IReadOnlyList<IPAddress> own)
    {
        IPAddress? bound = IPAddress.TryParse(listener.Host.Trim('[', ']'), out IPAddress? address) ? address : null;
        bool isAll = bound is not null && (bound.Equals(IPAddress.Any) || bound.Equals(IPAddress.IPv6Any));
        if (!isAll) return [Format(listener, listener.Host)];
        IEnumerable<IPAddress> reachable = own.Where(one => bound!.Equals(IPAddress.IPv6Any) || one.AddressFamily == AddressFamily.InterNetwork);
        IEnumerable<string> hosts = reachable.Select(one => one.AddressFamily == AddressFamily.InterNetwork ? $"{one}" : $"[{one}]");
        return hosts.Append("localhost").Select(host => Format(listener, host));
    }

    private static string Format(Uri listener, string host) =>
        $"{listener.Scheme}://{host}:{listener.Port}{(listener.Scheme[0] == 'w' ? listener.AbsolutePath : "")}";

    private static bool IsLoopback(Uri listener) =>
        listener.Host == "localhost" || (IPAddress.TryParse(listener.Host.Trim('[', ']'), out IPAddress? ip) && IPAddress.IsLoopback(ip));

    private static string PagesOf(MqttBrokerOptions options, Uri[] web)
    {
        if (options.AllowedOrigins.Contains("*")) return "of all origins";
        var origins = new List<string> { "of loopback origins such as http://localhost:3000, on this machine" };
        if (!web.All(IsLoopback))
        {
            string hosts = options.HostNames.Count > 0 ? $", if that is {string.Join(" or ", options.HostNames)}" : " (--host-name says which are yours)";
            origins.Add($"of the host and port that they connect to{hosts}");
        }

        if (options.AllowedOrigins.Count > 0) origins.Add($"of {string.Join(", ", options.AllowedOrigins)}");
        else origins.Add("--allow-origin adds others");
        return string.Join("; ", origins);
    }

    private static string LoginOf(MqttBrokerOptions options) => (options.AllowAnonymous, options.PasswordFile) switch
    {
        (true, null) => "anonymous clients on all machines; user names are not checked",
        (true, { } file) => $"anonymous clients on all machines, and the users of {file}",
        (_, { } file) => $"the users of {file}; no anonymous clients",
        _ => "anonymous clients on this machine only; --password-file or --allow-anonymous lets others in",
    };
}
