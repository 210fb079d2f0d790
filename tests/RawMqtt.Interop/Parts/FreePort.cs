// SPDX-License-Identifier: MIT

using System.Net;
using System.Net.Sockets;

namespace RawMqtt.Interop.Parts;

/// <summary>A port that the system says is free on the loopback address, for programs that cannot ask themselves.</summary>
internal static class FreePort
{
    public static int Take()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Until someone accepts there.</summary>
    public static async Task IsOpenAsync(int port)
    {
        using var limit = new CancellationTokenSource(RealProcess.Patience);
        while (true)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, port, limit.Token);
                return;
            }
            catch (SocketException)
            {
                using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
                await tick.WaitForNextTickAsync(limit.Token);
            }
        }
    }
}
