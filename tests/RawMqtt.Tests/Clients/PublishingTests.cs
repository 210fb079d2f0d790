// SPDX-License-Identifier: MIT

using RawMqtt.Codec;

namespace RawMqtt.Tests.Clients;

/// <summary>What becomes of what is published: every await settles, with its reason.</summary>
public class PublishingTests
{
    private const QualityOfService Qos1 = QualityOfService.AtLeastOnce;

    private static CancellationToken Soon => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    [Fact]
    public async Task Messages_wait_for_the_first_connection()
    {
        await using var server = new SmallServer();
        await using var client = new MqttClient(new MqttClientOptions { Address = server.Address });
        Task[] publishes = [.. Enumerable.Range(0, 30)
            .Select(i => client.PublishAsync("a", $"{i}", (QualityOfService)(i % 3), cancellationToken: Soon).AsTask())];
        Assert.Equal(30, client.Statistics.Queued);
        await client.OpenAsync(Soon);
        await Task.WhenAll(publishes);
        Assert.Equal(30, client.Statistics.MessagesSent);
    }

    [Fact]
    public async Task Offline_publishing_may_fail()
    {
        await using var client = new MqttClient(new MqttClientOptions { Address = "mqtt://127.0.0.1:1", OfflinePublishing = MqttOfflinePublishing.Fail });
        Assert.Equal(MqttErrorCode.NotConnected, await CodeOf(client.PublishAsync("a", "x", Qos1, cancellationToken: Soon)));
        Assert.Equal(MqttErrorCode.NotConnected, await CodeOf(client.PublishAsync("a", "x", cancellationToken: Soon)));
    }

    [Fact]
    public async Task A_full_queue_drops_QoS_0_first_and_says_so()
    {
        await using var server = new SmallServer();
        await using var client = new MqttClient(new MqttClientOptions { Address = server.Address, MaxQueuedMessages = 3 });
        ValueTask oldest = client.PublishAsync("a", "0", cancellationToken: Soon);
        Task[] kept = [client.PublishAsync("a", "1", Qos1, cancellationToken: Soon).AsTask(),
            client.PublishAsync("a", "2", Qos1, cancellationToken: Soon).AsTask(), client.PublishAsync("a", "3", Qos1, cancellationToken: Soon).AsTask()];
        Assert.Equal(MqttErrorCode.QueueFull, await CodeOf(oldest));
        Assert.Equal(MqttErrorCode.QueueFull, await CodeOf(client.PublishAsync("a", "4", Qos1, cancellationToken: Soon)));
        Assert.Equal(2, client.Statistics.Dropped);
        await client.OpenAsync(Soon);
        await Task.WhenAll(kept);
    }

    [Fact]
    public async Task The_queue_is_bounded_in_bytes()
    {
        await using var client = new MqttClient(new MqttClientOptions { Address = "mqtt://127.0.0.1:1", MaxQueuedBytes = 100 });
        ValueTask first = client.PublishAsync("a", new byte[60], Qos1, cancellationToken: Soon);
        Assert.Equal(MqttErrorCode.QueueFull, await CodeOf(client.PublishAsync("a", new byte[60], Qos1, cancellationToken: Soon)));
        await client.DisposeAsync();
        Assert.Equal(MqttErrorCode.Disposed, await CodeOf(first));
    }

    [Fact]
    public async Task The_send_buffer_is_bounded_for_those_who_do_not_await()
    {
        await using var client =
            new MqttClient(new MqttClientOptions { ConnectStream = (_, _) => ValueTask.FromResult<Stream>(new SilentStream([], 0)), MaxQueuedBytes = 4 << 20 });
        await client.OpenAsync(Soon);
        byte[] payload = new byte[1 << 20];
        var publishes = new List<Task>();
        for (int i = 0; i < 20; i++) publishes.Add(client.PublishAsync("a", payload, cancellationToken: Soon).AsTask());

        // One megabyte is on its way, and three with their headers fit into four.
        Assert.Equal((16L, 4L), (client.Statistics.Dropped, client.Statistics.MessagesSent));
        MqttException full = await Assert.ThrowsAsync<MqttException>(() => publishes[^1]);
        Assert.Equal(MqttErrorCode.QueueFull, full.Code);
        Assert.Contains("send buffer", full.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_sends_and_does_not_read_is_not_read_from_for_ever()
    {
        var time = new ManualTime();
        byte[] pubRels = [.. Enumerable.Repeat((byte[])[0x62, 2, 0, 1], 1000).SelectMany(packet => packet)]; // each is answered by a PUBCOMP
        var stream = new SilentStream(pubRels, 4000);
        await using var client = new MqttClient(
            new MqttClientOptions { ConnectStream = (_, _) => ValueTask.FromResult<Stream>(stream), TimeProvider = time, ReconnectDelay = TimeSpan.Zero });
        var ended = new TaskCompletionSource<MqttStateChange>(TaskCreationOptions.RunContinuationsAsynchronously);
        client.StateChanged += change =>
        {
            if (change.To == MqttClientState.Disconnected) ended.TrySetResult(change);
        };
        await client.OpenAsync(Soon);
        while (stream.Total < 256 << 10) await Task.Yield();
        while (!ended.Task.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Equal(MqttErrorCode.KeepAliveExpired, (await ended.Task).Cause!.Code);
        Assert.InRange(stream.Total, 256 << 10, 1 << 20);
    }

    [Fact]
    public async Task A_message_that_cannot_fit_into_the_queue_drops_no_other()
    {
        await using var client = new MqttClient(new MqttClientOptions { Address = "mqtt://127.0.0.1:1", MaxQueuedBytes = 1000 });
        Task[] small = [.. Enumerable.Range(0, 10).Select(_ => client.PublishAsync("a", new byte[10], cancellationToken: Soon).AsTask())];
        Assert.Equal(MqttErrorCode.PacketTooLarge, await CodeOf(client.PublishAsync("a", new byte[2000], Qos1, cancellationToken: Soon)));
        Assert.Equal((10, 1), (client.Statistics.Queued, client.Statistics.Dropped));
        await client.DisposeAsync();
        foreach (Task publish in small) Assert.Equal(MqttErrorCode.Disposed, await CodeOf(new ValueTask(publish)));
    }

    [Fact]
    public async Task Publishing_waits_at_the_in_flight_limit()
    {
        var held = new List<ushort>();
        var release = new TaskCompletionSource();
        await using var server = new SmallServer();
        server.Answer = (packet, output) =>
        {
            if (packet.Header.Type != PacketType.Publish) return SmallServer.AcknowledgeAll(packet, output);
            PublishPacket.TryRead(packet.Header, packet.Body, out PublishPacket publish, out _);
            held.Add(publish.PacketId);
            if (held.Count == 4) release.Task.Wait();
            if (held.Count >= 4) foreach (ushort id in held) output.Write(new PubAckPacket { PacketId = id });
            if (held.Count >= 4) held.Clear();
            return true;
        };
        await using MqttClient client = await MqttClient.ConnectAsync(new MqttClientOptions { Address = server.Address, MaxInFlight = 4 }, Soon);
        Task[] publishes = [.. Enumerable.Range(0, 12).Select(i => client.PublishAsync("a", $"{i}", Qos1, cancellationToken: Soon).AsTask())];
        Assert.Equal((4, 8), (client.Statistics.InFlight, client.Statistics.Queued));
        release.SetResult();
        await Task.WhenAll(publishes);
    }

    [Fact]
    public async Task Ping_tells_the_round_trip()
    {
        await using var server = new SmallServer();
        await using MqttClient client = await MqttClient.ConnectAsync(server.Address, Soon);
        Assert.InRange(await client.PingAsync(Soon), TimeSpan.FromTicks(1), TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task A_bad_topic_is_refused_before_it_is_sent()
    {
        await using var server = new SmallServer();
        await using MqttClient client = await MqttClient.ConnectAsync(server.Address, Soon);
        foreach (string topic in (string[])["", "a/#", "+", "a\0b"])
        {
            Assert.Contains("[MQTT-",
                (await Assert.ThrowsAsync<ArgumentException>(async () => await client.PublishAsync(topic, "x", cancellationToken: Soon))).Message,
                StringComparison.Ordinal);
            Assert.Contains("[MQTT-",
                (await Assert.ThrowsAsync<ArgumentException>(async () => await client.PublishAsync(topic, "x", Qos1, cancellationToken: Soon))).Message,
                StringComparison.Ordinal);
        }

        await Assert.ThrowsAsync<ArgumentException>(() => client.SubscribeAsync("a#", cancellationToken: Soon));
        await client.PublishAsync("a", "x", Qos1, cancellationToken: Soon); // and the connection lives
        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public async Task Many_threads_publish_and_each_keeps_its_order()
    {
        await using MqttBroker broker = await MqttBroker.StartAsync(new MqttBrokerOptions { Listeners = ["ws://127.0.0.1:0/mqtt"] }, Soon);
        await using MqttClient client = await MqttClient.ConnectAsync(new MqttClientOptions { Address = broker.Addresses[0], MaxInFlight = 100 }, Soon);
        int[] next = new int[6];
        int outOfOrder = 0;
        using var all = new CountdownEvent(6 * 500);
        await using MqttSubscription subscription = await client.SubscribeAsync("t/+", (in MqttMessageView message) =>
        {
            int thread = message.Topic[^1] - '0';
            if (BitConverter.ToInt32(message.Payload) != next[thread]++) outOfOrder++;
            all.Signal();
        }, QualityOfService.ExactlyOnce, Soon);

        await Task.WhenAll(Enumerable.Range(0, 6).Select(thread => Task.Run(async () =>
        {
            var pending = new List<Task>();
            for (int i = 0; i < 500; i++)
                pending.Add(client.PublishAsync($"t/{thread}", BitConverter.GetBytes(i), (QualityOfService)(thread % 3), cancellationToken: Soon).AsTask());
            await Task.WhenAll(pending);
        })));
        Assert.True(all.Wait(TimeSpan.FromSeconds(60)));
        Assert.Equal(0, outOfOrder);
    }

    [Fact]
    public async Task Publishing_at_QoS_0_allocates_nothing()
    {
        await using MqttBroker broker = await MqttBroker.StartAsync(new MqttBrokerOptions { Listeners = ["ws://127.0.0.1:0/mqtt"] }, Soon);
        await using MqttClient client = await MqttClient.ConnectAsync(broker.Addresses[0], Soon);
        byte[] payload = new byte[128];
        long allocated = long.MaxValue;
        for (int round = 0; round < 20 && allocated > 0; round++)
        {
            ValueTask full = default;
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 1000 && full.IsCompleted; i++) full = client.PublishAsync("bench/topic"u8, payload);
            allocated = full.IsCompleted ? GC.GetAllocatedBytesForCurrentThread() - before : long.MaxValue;
            await full;
        }

        Assert.Equal(0, allocated);
    }

    private static async Task<MqttErrorCode> CodeOf(ValueTask publish) => (await Assert.ThrowsAsync<MqttException>(async () => await publish)).Code;
}
