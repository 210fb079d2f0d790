// SPDX-License-Identifier: MIT

using System.Net;
using System.Net.Sockets;

namespace RawMqtt.Interop.Parts;

/// <summary>A port on which a program of the test is about to listen.</summary>
internal static class OpenPort
{
    /// <summary>Waits until the program accepts there.</summary>
    public static async Task WaitAsync(int port)
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
