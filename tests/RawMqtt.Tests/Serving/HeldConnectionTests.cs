// SPDX-License-Identifier: MIT

using System.Net.Sockets;
using RawMqtt.Tests.Codec.Vectors;

namespace RawMqtt.Tests.Serving;

/// <summary>A connection whose PUBLISH waits for a slow reader is still read.</summary>
public sealed class HeldConnectionTests : IDisposable
{
    private const string Connect = "10 0d | 00 04 'MQTT' 04 02 00 00 | 00 01 'p'";

    private readonly BrokerSockets sockets = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => sockets.Dispose();

    [Theory]
    [InlineData("mqtt")]
    [InlineData("ws")]
    [InlineData("wss")]
    public async Task A_PINGREQ_that_comes_behind_it_is_answered_first(string scheme)
    {
        await using MqttBroker broker = await StartAsync(scheme);
        using MqttBrokerSubscription late = broker.Subscribe("a", whenFull: MqttWhenFull.HoldPublishers);
        await using Stream publisher = await sockets.DialAsync(broker);
        await publisher.WriteAsync(ByteText.Parse(Connect + Publishes(1, 6)), Token);
        Assert.Equal(ByteText.Parse("20 02 00 00" + Acknowledgements(1, 4)), await BrokerSockets.ReadAsync(publisher, 20)); // the fifth waits
        for (int i = 0; i < 3; i++)
        {
            await publisher.WriteAsync(ByteText.Parse("c0 00"), Token);
            Assert.Equal(ByteText.Parse("d0 00"), await BrokerSockets.ReadAsync(publisher, 2));
        }

        await ReadAsync(late, 6);
        Assert.Equal(ByteText.Parse(Acknowledgements(5, 6)), await BrokerSockets.ReadAsync(publisher, 8));
        await publisher.WriteAsync(ByteText.Parse("c0 00" + Publishes(7, 7)), Token);
        Assert.Equal(ByteText.Parse("d0 00" + Acknowledgements(7, 7)), await BrokerSockets.ReadAsync(publisher, 6));
    }

    [Fact]
    public async Task What_the_hold_outlasts_is_read_in_order_after_it()
    {
        await using MqttBroker broker = await StartAsync("mqtt");
        using MqttBrokerSubscription late = broker.Subscribe("a", whenFull: MqttWhenFull.HoldPublishers);
        await using Stream publisher = await sockets.DialAsync(broker);
        await publisher.WriteAsync(ByteText.Parse(Connect + Publishes(1, 5)), Token);
        await BrokerSockets.ReadAsync(publisher, 20);
        for (int round = 0; round < 200; round++) // each with a read that was begun in a hold and may end behind it
        {
            await ReadAsync(late, 1);
            await publisher.WriteAsync(ByteText.Parse(Publishes(6, 6) + " | c0 00"), Token);
        }

        await ReadAsync(late, 5);
        byte[] answers = await BrokerSockets.ReadAsync(publisher, 4 + (200 * 6));
        Assert.Equal(201, Enumerable.Range(0, answers.Length - 1).Count(i => answers[i] == 0x40 && answers[i + 1] == 2));
        Assert.Equal(0, late.Dropped);
    }

    [Fact]
    public async Task A_WebSocket_ping_that_comes_behind_it_is_answered_and_keeps_nothing_back()
    {
        await using MqttBroker broker = await StartAsync("ws");
        using MqttBrokerSubscription late = broker.Subscribe("a", whenFull: MqttWhenFull.HoldPublishers);
        using TcpClient publisher = await BrokerSockets.UpgradeAsync(broker);
        NetworkStream stream = publisher.GetStream();
        byte[] packets = ByteText.Parse(Connect + Publishes(1, 6));
        await stream.WriteAsync((byte[])[0x82, (byte)(0x80 | packets.Length), 0, 0, 0, 0, .. packets], Token);
        while (broker.Statistics.PublishersHeld == 0) await Task.Yield();
        await stream.WriteAsync(ByteText.Parse("89 80 00 00 00 00"), Token);
        var answers = new List<byte>();
        while (answers.Count < 2 || answers[^2] != 0x8a || answers[^1] != 0) answers.AddRange(await BrokerSockets.ReadAsync(stream, 1)); // the pong

        await ReadAsync(late, 6); // the read that answered the ping still waits
        byte[] last = ByteText.Parse(Acknowledgements(6, 6));
        while (!answers.TakeLast(4).SequenceEqual(last)) answers.AddRange(await BrokerSockets.ReadAsync(stream, 1));
    }

    [Fact]
    public async Task One_hold_reads_on_up_to_a_bound()
    {
        const int Bound = 16 * 1024;
        await using MqttBroker broker = await StartAsync("mqtt");
        using MqttBrokerSubscription late = broker.Subscribe("a", whenFull: MqttWhenFull.HoldPublishers);
        await using Stream publisher = await sockets.DialAsync(broker);
        await publisher.WriteAsync(ByteText.Parse(Connect + Publishes(1, 5)), Token);
        await BrokerSockets.ReadAsync(publisher, 20);
        byte[] pings = [.. Enumerable.Range(0, Bound).SelectMany(_ => (byte[])[0xc0, 0])]; // twice the bound
        await publisher.WriteAsync(pings, Token);
        await BrokerSockets.ReadAsync(publisher, Bound);
        Assert.InRange(broker.Statistics.BytesSent, 0, 20 + Bound);

        await ReadAsync(late, 5);
        Assert.Equal(Bound + 4, (await BrokerSockets.ReadAsync(publisher, Bound + 4)).Length);
    }

    private Task<MqttBroker> StartAsync(string scheme) =>
        sockets.StartAsync(scheme, o => o with { Limits = new MqttBrokerLimits { MaxProgramBytes = 1000 } }); // full with the fourth message

    private static async Task ReadAsync(MqttBrokerSubscription late, int count)
    {
        await using IAsyncEnumerator<MqttMessage> messages = late.GetAsyncEnumerator(Token);
        for (int i = 0; i < count; i++) Assert.True(await messages.MoveNextAsync());
    }

    private static string Publishes(int from, int to) => string.Concat(Enumerable.Range(from, to - from + 1).Select(id => $" | 32 05 00 01 'a' 00 {id:x2}"));

    private static string Acknowledgements(int from, int to) => string.Concat(Enumerable.Range(from, to - from + 1).Select(id => $" | 40 02 00 {id:x2}"));
}
