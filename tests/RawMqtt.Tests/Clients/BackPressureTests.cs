// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using RawMqtt.Codec;

namespace RawMqtt.Tests.Clients;

/// <summary>What a client does for readers that are slower than the server.</summary>
public class BackPressureTests
{
    private static CancellationToken Soon => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_slow_reader_holds_the_connection_up_and_loses_nothing(bool anotherAwaitsAnAnswer)
    {
        const int Count = 5000;
        await using SmallServer server = ServerAnswers.Flood(Count, QualityOfService.AtMostOnce, PacketType.Publish);
        await using MqttClient client =
            await MqttClient.ConnectAsync(new MqttClientOptions { Address = server.Address, TimeProvider = new ManualTime() }, Soon);
        ValueTask unanswered = anotherAwaitsAnAnswer ? client.PublishAsync("elsewhere", "x", QualityOfService.AtLeastOnce, cancellationToken: Soon) : default;
        await using MqttSubscription messages = await client.SubscribeAsync([new MqttTopicFilter("flood")],
            new MqttSubscribeOptions { MaxMessages = 10 }, Soon);
        int next = 0;
        await foreach (MqttMessage message in messages.WithCancellation(Soon))
        {
            Assert.Equal(next++, int.Parse(message.PayloadText, CultureInfo.InvariantCulture));
            if (next == Count) break;
        }

        Assert.Equal(0, client.Statistics.DroppedIncoming);
        Assert.Equal(!anotherAwaitsAnAnswer, unanswered.IsCompleted);
    }

    [Fact]
    public async Task A_reader_that_takes_nothing_is_not_waited_for_when_an_answer_is()
    {
        var time = new ManualTime();
        await using SmallServer server = ServerAnswers.Flood(300, QualityOfService.AtMostOnce);
        await using MqttClient client =
            await MqttClient.ConnectAsync(new MqttClientOptions { Address = server.Address, TimeProvider = time, KeepAlive = TimeSpan.Zero }, Soon);
        await using MqttSubscription messages = await client.SubscribeAsync([new MqttTopicFilter("flood")],
            new MqttSubscribeOptions { MaxMessages = 10 }, Soon);
        Task publish = client.PublishAsync("answer", "x", QualityOfService.AtLeastOnce, cancellationToken: Soon).AsTask();
        await time.AdvanceUntil(publish);
        Assert.Equal(220, client.Statistics.DroppedIncoming); // eight times the limit is kept
        Assert.Equal(80, (await messages.TakeAsync(80, Soon)).Count);
    }

    [Fact]
    public async Task What_a_clean_session_loses_is_counted_and_told()
    {
        var time = new ManualTime();
        await using SmallServer server = ServerAnswers.Flood(100, QualityOfService.AtLeastOnce, PacketType.Publish);
        await using var client =
            new MqttClient(new MqttClientOptions { Address = server.Address, TimeProvider = time, KeepAlive = TimeSpan.Zero, ReconnectDelay = TimeSpan.Zero });
        var ended = new TaskCompletionSource<MqttStateChange>(TaskCreationOptions.RunContinuationsAsynchronously);
        client.StateChanged += change =>
        {
            if (change.To == MqttClientState.Disconnected) ended.TrySetResult(change);
        };
        await client.OpenAsync(Soon);
        Task unanswered = client.PublishAsync("elsewhere", "x", QualityOfService.AtLeastOnce, cancellationToken: Soon).AsTask();
        await using MqttSubscription messages = await client.SubscribeAsync([new MqttTopicFilter("flood", QualityOfService.AtLeastOnce)],
            new MqttSubscribeOptions { MaxMessages = 1 }, Soon);
        await time.AdvanceUntil(ended.Task);
        MqttException cause = (await ended.Task).Cause!;
        Assert.Equal(MqttErrorCode.QueueFull, cause.Code);
        Assert.Contains("it is lost", cause.Message, StringComparison.Ordinal);
        Assert.InRange(client.Statistics.DroppedIncoming, 1, 92);
        Assert.Equal(MqttErrorCode.SessionLost, (await Assert.ThrowsAsync<MqttException>(() => unanswered)).Code);
    }

    [Fact]
    public async Task A_reader_that_publishes_does_not_wait_for_itself()
    {
        await using SmallServer server = ServerAnswers.Flood(300, QualityOfService.AtMostOnce);
        await using MqttClient client = await MqttClient.ConnectAsync(server.Address, Soon);
        await using MqttSubscription messages = await client.SubscribeAsync([new MqttTopicFilter("flood")],
            new MqttSubscribeOptions { MaxMessages = 200 }, Soon);
        int next = 0;
        await foreach (MqttMessage _ in messages.WithCancellation(Soon))
        {
            if (next++ % 50 == 0) await client.PublishAsync("answer", "x", QualityOfService.ExactlyOnce, cancellationToken: Soon);
            if (next == 300) break;
        }
    }

    [Fact]
    public async Task A_reader_that_publishes_more_than_the_send_buffer_holds_does_not_stand_still()
    {
        const int Count = 40_000;
        byte[] payload = new byte[1000];
        await using var server = new SmallServer();
        server.Answer = (packet, output) =>
        {
            if (packet.Header.Type == PacketType.Publish) return true;
            if (!SmallServer.AcknowledgeAll(packet, output)) return false;
            if (packet.Header.Type != PacketType.Subscribe || server.Received.Count(type => type == "Subscribe") < 2) return true;
            for (int i = 0; i < Count; i++) output.Write(new PublishPacket { Topic = "flood"u8, Payload = payload }); // and does not read meanwhile
            output.Write(new PublishPacket { Topic = "end"u8 });
            return true;
        };
        await using MqttClient client = await MqttClient.ConnectAsync(server.Address, Soon);
        await using MqttSubscription end = await client.SubscribeAsync("end", cancellationToken: Soon);
        await using MqttSubscription flood = await client.SubscribeAsync("flood", cancellationToken: Soon);
        using var stop = new CancellationTokenSource();
        Task reading = Task.Run(async () =>
        {
            await foreach (MqttMessage message in flood.WithCancellation(stop.Token))
                await client.PublishAsync("out", message.Payload, cancellationToken: Soon);
        });
        Assert.Single(await end.TakeAsync(1, Soon));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(Soon));
    }

    [Fact]
    [Rule("MQTT-4.3.3-2")]
    public async Task At_QoS_2_a_receiver_sees_a_message_once_though_another_reader_is_far_behind()
    {
        var open = new SortedSet<ushort>(Enumerable.Range(1, 10).Select(id => (ushort)id));
        var allTaken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = new SmallServer();
        server.Answer = (packet, output) =>
        {
            lock (open)
            {
                bool isFlooded = server.Received.Count(type => type == "Subscribe") == 2;
                switch (packet.Header.Type)
                {
                    case PacketType.Connect: output.Write(new ConnAckPacket { SessionPresent = isFlooded }); break;
                    case PacketType.Publish: return true; // an answer is awaited for ever, so reading goes on
                    case PacketType.PubRec: open.Remove(packet.Body[1]); break;
                    default: SmallServer.AcknowledgeAll(packet, output); break;
                }

                if (packet.Header.Type == PacketType.PubRec) output.Write(new PubRelPacket { PacketId = packet.Body[1] });
                else if (isFlooded && packet.Header.Type is PacketType.Connect or PacketType.Subscribe) foreach (ushort id in open)
                    output.Write(new PublishPacket { Topic = "flood"u8, Payload = [(byte)id], Qos = QualityOfService.ExactlyOnce, PacketId = id });
                if (open.Count == 0) allTaken.TrySetResult();
                return true;
            }
        };
        await using MqttClient client = await MqttClient.ConnectAsync(new MqttClientOptions
        {
            Address = server.Address,
            CleanSession = false,
            ReconnectDelay = TimeSpan.FromMilliseconds(1),
            MaxReconnectDelay = TimeSpan.FromMilliseconds(20)
        }, Soon);
        Task refused = client.When(change => change.Cause?.Code == MqttErrorCode.QueueFull);
        var seen = new ConcurrentQueue<byte>();
        await using MqttSubscription all = await client.SubscribeAsync("#", (in MqttMessageView message) => seen.Enqueue(message.Payload[0]),
            QualityOfService.ExactlyOnce, Soon);
        ValueTask unanswered = client.PublishAsync("elsewhere", "x", QualityOfService.AtLeastOnce, cancellationToken: Soon);
        await using MqttSubscription slow = await client.SubscribeAsync([new("flood", QualityOfService.ExactlyOnce)],
            new MqttSubscribeOptions { MaxMessages = 1 }, Soon);
        await refused.WaitAsync(Soon);
        List<MqttMessage> taken = await slow.TakeAsync(10, Soon);
        Assert.Equal(Enumerable.Range(1, 10), taken.Select(message => (int)message.Payload.Span[0]));
        taken[^1].Acknowledge();
        await allTaken.Task.WaitAsync(Soon);
        Assert.Equal(Enumerable.Range(1, 10).Select(id => (byte)id), seen);
        await client.DisposeAsync();
        await Assert.ThrowsAsync<MqttException>(async () => await unanswered);
    }
}
