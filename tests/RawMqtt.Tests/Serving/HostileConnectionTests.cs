// SPDX-License-Identifier: MIT

using System.Net;
using System.Net.Sockets;
using System.Text;
using RawMqtt.Tests.Codec.Vectors;

namespace RawMqtt.Tests.Serving;

/// <summary>Clients that take nothing, do not stop, or hide where they come from.</summary>
[Collection(MeasuresMemory.Name)]
public sealed class HostileConnectionTests : IDisposable
{
    private const string Connect = "10 0d | 00 04 'MQTT' 04 02 00 00 | 00 01 'a'";

    private readonly BrokerSockets sockets = new();
    private readonly SettableTime time = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => sockets.Dispose();

    [Fact]
    public async Task A_client_that_pings_and_takes_no_pong_is_ended_by_SendTimeout()
    {
        await using MqttBroker broker = await sockets.StartAsync("ws", o => o with { TimeProvider = time });
        using TcpClient client = await ConnectAsync(broker, "ws");
        byte[] ping = [0x89, 0xFD, 0, 0, 0, 0, .. new byte[125]];
        byte[] pings = [.. Enumerable.Repeat(ping, 500).SelectMany(frame => frame)];
        int next = 0;
        for (int sweeps = 0; sweeps < 4; sweeps++)
        {
            if (SendUntilBlocked(client.Client, pings, ref next, 1 << 30) > 0) sweeps = 0; // the machine may have been busy, and the broker took some more
            await SweptAsync(broker);
        }

        Assert.Equal(1, broker.Statistics.TooSlow);
    }

    [Theory]
    [InlineData("ws")]
    [InlineData("mqtt")]
    public async Task A_client_that_sends_on_after_its_broken_packet_is_read_for_so_many_bytes_only(string scheme)
    {
        await using MqttBroker broker = await sockets.StartAsync(scheme);
        using TcpClient client = await ConnectAsync(broker, scheme);
        await client.GetStream().WriteAsync(InFrame(scheme, "f0 00"), Token);
        byte[] more = scheme == "ws" ? [0x82, 0xFE, 0xFF, 0xFF, 0, 0, 0, 0, .. new byte[65535]] : new byte[65536];
        int next = 0;
        long sent = await Task.Run(() => SendUntilBlocked(client.Client, more, ref next, 1L << 30), Token);
        Assert.InRange(sent, 0, 32 << 20);
    }

    [Theory]
    [InlineData("82", "88 02 03 ea")]
    [InlineData("82 85 00 00 00 00 30", "88 02 03 ea")]
    [InlineData("", "88 02 03 e8")]
    public async Task A_client_that_ends_within_a_frame_is_told_so_by_the_close_code(string unfinished, string close)
    {
        await using MqttBroker broker = await sockets.StartAsync("ws");
        using TcpClient client = await ConnectAsync(broker, "ws");
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(ByteText.Parse(unfinished), Token);
        client.Client.Shutdown(SocketShutdown.Send);
        Assert.Equal(ByteText.Parse(close), await BrokerSockets.ReadToEndAsync(stream));
    }

    [Theory]
    [InlineData("", "00")]
    [InlineData("X-Forwarded-For: 203.0.113.7\r\n", "05")]
    [InlineData("X-Real-IP: 203.0.113.7\r\n", "05")]
    [InlineData("Forwarded: for=203.0.113.7\r\n", "05")]
    [InlineData("X-Forwarded-Proto: https\r\n", "05")]
    public async Task A_client_that_an_untrusted_proxy_on_this_machine_forwards_is_not_local(string header, string returnCode)
    {
        var lines = new List<string>();
        await using (MqttBroker broker = await sockets.StartAsync("ws", o => o with { Log = (_, line) => Keep(lines, line) }))
        {
            for (int i = 0; i < 2; i++)
            {
                using TcpClient client = await UpgradeAsync(broker, header);
                await client.GetStream().WriteAsync(InFrame("ws", Connect), Token);
                Assert.Equal(ByteText.Parse($"82 04 20 02 00 {returnCode}"), await BrokerSockets.ReadAsync(client.GetStream(), 6));
            }
        }

        Assert.Equal(header.Length == 0 ? 0 : 1, lines.Count(line => line.Contains("untrusted-proxy", StringComparison.Ordinal)));
    }

    private static void Keep(List<string> lines, string line)
    {
        lock (lines) lines.Add(line);
    }

    private async Task<TcpClient> ConnectAsync(MqttBroker broker, string scheme)
    {
        TcpClient client = scheme == "ws" ? await BrokerSockets.UpgradeAsync(broker) : await DialAsync(broker);
        await client.GetStream().WriteAsync(InFrame(scheme, Connect), Token);
        byte[] answer = await BrokerSockets.ReadAsync(client.GetStream(), scheme == "ws" ? 6 : 4);
        Assert.Equal(ByteText.Parse("20 02 00 00"), answer[^4..]);
        return client;
    }

    private static async Task<TcpClient> DialAsync(MqttBroker broker)
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, new Uri(broker.Addresses[0]).Port, Token);
        return client;
    }

    private static async Task<TcpClient> UpgradeAsync(MqttBroker broker, string header)
    {
        TcpClient client = await DialAsync(broker);
        string request = Tests.WebSockets.ServerHandshakeTests.Request.Replace("Host", header + "Host", StringComparison.Ordinal);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request), Token);
        var answer = new StringBuilder();
        while (!answer.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
            answer.Append((char)(await BrokerSockets.ReadAsync(client.GetStream(), 1))[0]);
        Assert.StartsWith("HTTP/1.1 101 ", answer.ToString());
        return client;
    }

    /// <summary>Sends the same bytes again and again, from the next one on, until the socket takes no more for half a second, or was reset.</summary>
    /// <returns>How many were sent.</returns>
    private static long SendUntilBlocked(Socket socket, byte[] bytes, ref int next, long most)
    {
        socket.Blocking = false;
        long sent = 0;
        try
        {
            while (sent < most && socket.Poll(TimeSpan.FromMilliseconds(500), SelectMode.SelectWrite))
            {
                int count = socket.Send(bytes.AsSpan(next));
                next = (next + count) % bytes.Length;
                sent += count;
            }
        }
        catch (SocketException)
        {
            // reset
        }

        return sent;
    }

    /// <summary>Ten seconds more, and a sweep: it ends a connection that does not send its CONNECT.</summary>
    private async Task SweptAsync(MqttBroker broker)
    {
        long before = broker.Statistics.Connections;
        using TcpClient witness = await DialAsync(broker);
        while (broker.Statistics.Connections == before) await Task.Yield();
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(0, await witness.GetStream().ReadAsync(new byte[1], Token));
    }

    private static byte[] InFrame(string scheme, string packets)
    {
        byte[] bytes = ByteText.Parse(packets);
        return scheme == "ws" ? [0x82, (byte)(0x80 | bytes.Length), 0, 0, 0, 0, .. bytes] : bytes;
    }
}
