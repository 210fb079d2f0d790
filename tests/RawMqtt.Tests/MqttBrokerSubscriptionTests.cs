// SPDX-License-Identifier: MIT

using System.Collections.Concurrent;
using RawMqtt.Tests.Codec.Vectors;
using RawMqtt.Tests.Serving;

namespace RawMqtt.Tests;

/// <summary>Subscriptions of the program that runs the broker, when it is slower than the clients.</summary>
public sealed class MqttBrokerSubscriptionTests : IDisposable
{
    private const string Connect = "10 0d | 00 04 'MQTT' 04 02 00 00 | 00 01 'c'";

    private readonly BrokerSockets sockets = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => sockets.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_late_reader_in_the_program_may_hold_publishers_and_then_loses_nothing(int qos)
    {
        const int Count = 3000;
        await using MqttBroker broker = await sockets.StartAsync("mqtt", o => o with { Limits = new MqttBrokerLimits { MaxProgramBytes = 10_000 } });
        using MqttBrokerSubscription late = broker.Subscribe("a", whenFull: MqttWhenFull.HoldPublishers);
        await using Stream publisher = await sockets.DialAsync(broker);
        await publisher.WriteAsync(ByteText.Parse(Connect), Token);
        byte[] id = qos == 0 ? [] : [0, 1];
        byte[] header = [(byte)(0x30 | qos << 1), (byte)(5 + id.Length), 0, 1, (byte)'a', .. id];
        byte[] burst = [.. Enumerable.Range(1, Count).SelectMany(i => (byte[])[.. header, (byte)(i >> 8), (byte)i])];
        Task publishing = publisher.WriteAsync(burst, Token).AsTask();
        Task<byte[]> acknowledged = BrokerSockets.ReadAsync(publisher, 4 + (qos == 0 ? 0 : 4 * Count));
        while (broker.Statistics.PublishersHeld == 0) await Task.Yield();
        Assert.InRange(broker.Statistics.MessagesReceived, 1, 50); // of 258 bytes each

        int received = 0;
        await foreach (MqttMessage message in late.WithCancellation(Token))
        {
            received++;
            Assert.Equal(received, message.Payload.Span[0] << 8 | message.Payload.Span[1]);
            if (received == Count) break;
        }

        await publishing;
        await acknowledged;
        Assert.Equal((0L, 0L), (late.Dropped, broker.Statistics.ProgramDropped));
    }

    [Fact]
    public async Task The_program_sees_Retain_as_it_was_published_and_losses_are_logged()
    {
        var lines = new ConcurrentQueue<string>();
        await using MqttBroker broker = await sockets.StartAsync("mqtt", o => o with
        {
            Limits = new MqttBrokerLimits { MaxProgramBytes = 1200 },
            Log = (_, line) => lines.Enqueue(line),
        });
        using MqttBrokerSubscription late = broker.Subscribe("a");
        broker.Publish("a", "kept", retain: true);
        broker.Publish("a", "live");
        for (int i = 0; i < 10; i++) broker.Publish("a", "more");

        await using IAsyncEnumerator<MqttMessage> messages = late.GetAsyncEnumerator(Token);
        Assert.True(await messages.MoveNextAsync());
        Assert.True(messages.Current.Retain);
        Assert.True(await messages.MoveNextAsync());
        Assert.False(messages.Current.Retain);
        await broker.StopAsync(Token);
        string line = Assert.Single(lines, line => line.Contains("dropped", StringComparison.Ordinal));
        Assert.Equal("event=dropped subscription=\"a\" messages=1 limit=MaxProgramBytes", line);
    }

    [Fact]
    [Rule("MQTT-4.8.0-2")]
    public async Task Topics_of_the_program_have_a_limit_of_levels_too()
    {
        await using MqttBroker broker = await sockets.StartAsync("mqtt", o => o with { Limits = new MqttBrokerLimits { MaxTopicLevels = 3 } });
        Assert.Equal("topic", Assert.Throws<ArgumentException>(() => broker.Publish("a/b/c/d", "x")).ParamName);
        Assert.Equal("filter", Assert.Throws<ArgumentException>(() => broker.Subscribe("a/b/c/#")).ParamName);
        broker.Publish("a/b/c", "x");
        broker.Subscribe("a/b/#").Dispose();
    }
}
