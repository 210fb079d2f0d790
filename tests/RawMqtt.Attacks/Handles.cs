// SPDX-License-Identifier: MIT

using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace RawMqtt.Attacks;

/// <summary>W10 and W11: what holds or takes the broker's connections.</summary>
internal static class Handles
{
    private const int Number = 20;

    private static readonly List<Socket> Begun = [];

    /// <summary>Clients over TLS without keep alive that begin a record, and do not end it.</summary>
    public static void Records(Target target)
    {
        for (int i = 0; i < Number; i++)
        {
            Socket socket = Wire.Dial(target.TlsPort);
            var stream = new NetworkStream(socket, ownsSocket: true);
            var tls = new SslStream(stream, leaveInnerStreamOpen: true, (_, certificate, _, _) => certificate?.Subject == "CN=localhost");
            tls.AuthenticateAsClient("localhost");
            tls.Write(Wire.Connect($"record{i}"));
            tls.ReadExactly(new byte[4]);
            socket.Send([0x17, 3, 3, 0, 100]); // the header of a record of 100 bytes
            Begun.Add(socket);
        }
    }

    /// <summary>Waits until the broker has ended those connections.</summary>
    public static string? FindOpenRecords(Target target)
    {
        foreach (Socket socket in Begun)
        {
            socket.ReceiveTimeout = 20_000;
            try
            {
                byte[] last = new byte[1024];
                while (socket.Receive(last) > 0)
                {
                }
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock)
            {
                return "waits for a record without end";
            }
            catch (SocketException)
            {
                // ended by a reset
            }
        }

        return null;
    }

    /// <summary>One address opens connections without end, each with a CONNECT.</summary>
    public static void All(Target target)
    {
        int number = 0;
        var pace = new AutoResetEvent(false);
        target.Start(() =>
        {
            try
            {
                Socket socket = target.Dial(IPAddress.Parse("127.0.0.2"));
                socket.Send(Wire.Connect($"handle{number++}"));
            }
            catch (SocketException)
            {
                // the broker ended it at once
            }

            pace.WaitOne(2);
        });
    }
}
