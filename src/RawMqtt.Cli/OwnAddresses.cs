// SPDX-License-Identifier: MIT

using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace RawMqtt.Cli;

/// <summary>The addresses of this machine, by which clients reach a listener on all of them.</summary>
internal static class OwnAddresses
{
    private const int Most = 8;

    /// <summary>Returns some addresses of the network interfaces that are up, IPv4 first; those of a link alone are left out.</summary>
    public static IReadOnlyList<IPAddress> Find()
    {
        try
        {
            IEnumerable<IPAddress> all = NetworkInterface.GetAllNetworkInterfaces()
                .Where(network => network.OperationalStatus != OperationalStatus.Down)
                .SelectMany(network => network.GetIPProperties().UnicastAddresses)
                .Select(unicast => unicast.Address)
                .Where(address => !address.IsIPv6LinkLocal && !IPAddress.IsLoopback(address));
            return [.. all.Distinct().OrderBy(address => address.AddressFamily == AddressFamily.InterNetwork ? 0 : 1).Take(Most)];
        }
        catch (NetworkInformationException)
        {
            return []; // the system does not tell
        }
    }
}
