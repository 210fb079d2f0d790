// SPDX-License-Identifier: MIT

using System.Net;
using System.Net.Sockets;
using RawMqtt.Tests.Codec.Vectors;

namespace RawMqtt.Tests.Serving;

/// <summary>A packet or a frame that was begun has to go on.</summary>
public sealed class PacketTimeoutTests : IDisposable
{
    private const string PingReq = "c0 00";

    private readonly BrokerSockets sockets = new();
    private readonly SettableTime time = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => sockets.Dispose();

    [Theory]
    [InlineData("mqtt", "32")]                          // of a packet
    [InlineData("mqtt", "32 ff ff 03 00")]
    [InlineData("ws", "82")]                            // of a frame's header
    [InlineData("ws", "82 fe 00")]
    [InlineData("ws", "82 84 00 00 00 00 32")]          // of a frame
    [InlineData("ws", "89 84 00 00 00 00")]             // of a ping
    [InlineData("ws", "02 80 00 00 00 00")]             // a whole frame of a message that goes on
    [InlineData("ws", "82 81 00 00 00 00 32")]          // a whole frame, which has a part of a packet
    public async Task What_does_not_go_on_ends_its_connection_and_no_other(string scheme, string unfinished)
    {
        await using MqttBroker broker = await sockets.StartAsync(scheme, o => o with { TimeProvider = time });
        using TcpClient stuck = await ConnectAsync(broker, scheme, "a");
        using TcpClient slow = await ConnectAsync(broker, scheme, "b");
        using TcpClient idle = await ConnectAsync(broker, scheme, "c");
        await AnswersAsync(stuck, scheme, PingReq, unfinished);
        await AnswersAsync(slow, scheme, PingReq + " c0");
        if (scheme == "ws")
        {
            await idle.GetStream().WriteAsync(ByteText.Parse("89 81 00 00 00 00 'x'"), Token);
            Assert.Equal(ByteText.Parse("8a 01 'x'"), await BrokerSockets.ReadAsync(idle.GetStream(), 3));
        }

        await SweptAsync(broker);
        await AnswersAsync(slow, scheme, "00 c0");
        await SweptAsync(broker);
        time.Advance(TimeSpan.FromSeconds(18.5));
        Assert.Equal(ByteText.Parse(scheme == "ws" ? "88 0a 0f a0 'too slow'" : ""), await BrokerSockets.ReadAsync(stuck.GetStream(), 12));
        Assert.Equal(1, broker.Statistics.PacketTimeouts);

        await AnswersAsync(slow, scheme, "00 c0");
        await SweptAsync(broker);
        await AnswersAsync(slow, scheme, "00");
        await AnswersAsync(idle, scheme, PingReq);
        Assert.Equal(1, broker.Statistics.PacketTimeouts);
    }

    [Fact]
    public async Task What_waits_for_a_hook_is_not_unfinished()
    {
        var asked = new TaskCompletionSource();
        var answer = new TaskCompletionSource<bool>();
        await using MqttBroker broker = await sockets.StartAsync("mqtt", o => o with
        {
            TimeProvider = time,
            Limits = new MqttBrokerLimits { HookTimeout = TimeSpan.FromHours(1) },
            AuthorizePublish = async (_, _, _) =>
            {
                asked.SetResult();
                return await answer.Task;
            },
        });
        using TcpClient client = await ConnectAsync(broker, "mqtt", "a");
        await client.GetStream().WriteAsync(ByteText.Parse("32 05 00 01 'a' 00 01 | c0"), Token);
        await asked.Task.WaitAsync(Token);
        await SweptAsync(broker);
        time.Advance(TimeSpan.FromMinutes(11));
        await SweptAsync(broker);
        answer.SetResult(true);

        Assert.Equal(ByteText.Parse("40 02 00 01"), await BrokerSockets.ReadAsync(client.GetStream(), 4));
        await AnswersAsync(client, "mqtt", "00");
        Assert.Equal(0, broker.Statistics.PacketTimeouts);
    }

    private static async Task<TcpClient> ConnectAsync(MqttBroker broker, string scheme, string clientId)
    {
        TcpClient client = scheme == "ws" ? await BrokerSockets.UpgradeAsync(broker) : await DialAsync(broker);
        await client.GetStream().WriteAsync(InFrame(scheme, $"10 0d | 00 04 'MQTT' 04 02 00 00 | 00 01 '{clientId}'"), Token);
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

    /// <summary>Sends what ends a PINGREQ, and more bytes behind it, and gets the PINGRESP.</summary>
    private static async Task AnswersAsync(TcpClient client, string scheme, string packets, string behind = "")
    {
        await client.GetStream().WriteAsync((byte[])[.. InFrame(scheme, packets), .. ByteText.Parse(behind)], Token);
        byte[] answer = await BrokerSockets.ReadAsync(client.GetStream(), scheme == "ws" ? 4 : 2);
        Assert.Equal(ByteText.Parse("d0 00"), answer[^2..]);
    }

    /// <summary>Ten seconds more, and a sweep: it ends a connection that does not send its CONNECT.</summary>
    private async Task SweptAsync(MqttBroker broker)
    {
        long before = broker.Statistics.Connections;
        using TcpClient witness = await DialAsync(broker);
        while (broker.Statistics.Connections == before) await Task.Yield();
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(0, await witness.GetStream().ReadAsync(new byte[1], Token));
        time.Advance(TimeSpan.FromSeconds(1));
    }

    private static byte[] InFrame(string scheme, string packets)
    {
        byte[] bytes = ByteText.Parse(packets);
        return scheme == "ws" ? [0x82, (byte)(0x80 | bytes.Length), 0, 0, 0, 0, .. bytes] : bytes;
    }
}
