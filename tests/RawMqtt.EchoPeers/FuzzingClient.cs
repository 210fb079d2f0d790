// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
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

    /// <summary>The texts that came; none when the connection broke, which is no reason to leave out the next one.</summary>
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
        byte[] early = await HandshakeAsync(stream, new ClientHandshake { Host = server.Authority, Resource = resource, Subprotocols = [] });
        return await EchoConnection.RunAsync(stream, new WebSocketConnection(WebSocketRole.Client, new MaskKeys(RandomNumberGenerator.Fill)), early, echo);
    }

    private static async Task<byte[]> HandshakeAsync(NetworkStream stream, ClientHandshake request)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        byte[] key = new byte[AcceptKey.KeySize];
        Base64.EncodeToUtf8(RandomNumberGenerator.GetBytes(16), key, out _, out _);
        var output = new ArrayBufferWriter<byte>();
        request.WriteRequest(key, output);
        await stream.WriteAsync(output.WrittenMemory, deadline.Token);

        var response = new UpgradeResponse(request, key);
        byte[] buffer = new byte[16 * 1024];
        int received = 0;
        OperationStatus status;
        int consumed;
        while ((status = response.TryRead(buffer.AsSpan(0, received), out consumed)) == OperationStatus.NeedMoreData)
        {
            int read = await stream.ReadAsync(buffer.AsMemory(received), deadline.Token);
            if (read == 0) throw new EndOfStreamException("The server left in the middle of the opening handshake.");
            received += read;
        }

        return status == OperationStatus.Done ? buffer[consumed..received] : throw new IOException($"The server refused: {response.Failure}.");
    }
}
