// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Net.Sockets;
using System.Text;
using RawMqtt.Transports;
using RawMqtt.WebSockets;

namespace RawMqtt.EchoPeers;

/// <summary>Drives a fuzzing server: asks how many cases it has, echoes in each, and lets it write its report.</summary>
internal static class FuzzingClient
{
    /// <summary>Runs all cases and returns the exit code.</summary>
    public static async Task<int> RunAsync(Uri server, string agent)
    {
        List<byte[]> answer = await TryConnectAsync(server, "/getCaseCount", echo: false);
        if (answer is not [byte[] text] || !int.TryParse(Encoding.UTF8.GetString(text), NumberStyles.None, CultureInfo.InvariantCulture, out int count))
        {
            Console.Error.WriteLine("The server did not say how many cases it has.");
            return 1;
        }

        for (int i = 1; i <= count; i++)
            await TryConnectAsync(server, $"/runCase?case={i}&agent={agent}", echo: true);
        await TryConnectAsync(server, $"/updateReports?agent={agent}", echo: false);
        Console.WriteLine($"{count} cases run");
        return 0;
    }

    /// <summary>The texts that came; none if the connection broke: the next case runs anyway.</summary>
    private static async Task<List<byte[]>> TryConnectAsync(Uri server, string resource, bool echo)
    {
        try
        {
            return await ConnectAsync(server, resource, echo);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            Console.Error.WriteLine($"{resource}: {e.Message}");
            return [];
        }
    }

    private static async Task<List<byte[]>> ConnectAsync(Uri server, string resource, bool echo)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server.Host, server.Port);
        await using var stream = new NetworkStream(socket, ownsSocket: true);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        var request = new ClientHandshake { Host = server.Authority, Resource = resource, Subprotocols = [] };
        return await EchoConnection.RunAsync(await OpeningHandshake.ConnectAsync(stream, request, acceptsText: true, deadline.Token), echo);
    }
}
