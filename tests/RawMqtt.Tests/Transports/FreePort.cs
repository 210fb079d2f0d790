// SPDX-License-Identifier: MIT

using System.Net;
using System.Net.Sockets;

namespace RawMqtt.Tests.Transports;

/// <summary>Ports of the loopback address for programs that begin to listen later, or again. The system gives such a port to no other socket, and none is
/// given twice.</summary>
internal static class FreePort
{
    private const int First = 10_000;
    private const int Count = 20_000; // below 32768, where the ports begin that the system chooses

    private static readonly Lock gate = new();
    private static readonly List<Socket> claims = [];
    private static int last = Environment.ProcessId * 97 % Count; // test programs that run side by side begin at different places

    /// <summary>Returns a port on which nothing listens.</summary>
    public static int Take()
    {
        lock (gate)
        {
            do last = (last + 1) % Count;
            while (!TryClaim(new IPEndPoint(IPAddress.Loopback, First + last)));
            return First + last;
        }
    }

    /// <summary>Holds the UDP port of the same number until this process ends, which keeps other test programs away.</summary>
    private static bool TryClaim(IPEndPoint endPoint)
    {
        var claim = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            claim.Bind(endPoint);
            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            probe.Bind(endPoint);
        }
        catch (SocketException)
        {
            claim.Dispose();
            return false;
        }

        claims.Add(claim);
        return true;
    }
}
