// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using RawMqtt.Codec;

namespace RawMqtt.Tests.Clients;

/// <summary>How messages reach the application.</summary>
public class ReceivingTests
{
    private static CancellationToken Soon => new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_slow_reader_holds_the_connection_up_and_loses_nothing(bool anotherAwaitsAnAnswer)
    {
        const int Count = 5000;
        await using SmallServer server = Flood(Count, QualityOfService.AtMostOnce, PacketType.Publish);
        await using MqttClient client = await MqttClient.ConnectAsync(new MqttClientOptions { Address = server.Address, TimeProvider = new ManualTime() }, Soon);
        ValueTask unanswered = anotherAwaitsAnAnswer ? client.PublishAsync("elsewhere", "x", QualityOfService.AtLeastOnce, cancellationToken: Soon) : default;
        await using MqttSubscription messages = await client.SubscribeAsync([new MqttTopicFilter("flood")], new MqttSubscribeOptions { MaxMessages = 10 }, Soon);
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
        await using SmallServer server = Flood(300, QualityOfService.AtMostOnce);
        await using MqttClient client = await MqttClient.ConnectAsync(new MqttClientOptions { Address = server.Address, TimeProvider = time, KeepAlive = TimeSpan.Zero }, Soon);
        await using MqttSubscription messages = await client.SubscribeAsync([new MqttTopicFilter("flood")], new MqttSubscribeOptions { MaxMessages = 10 }, Soon);
        Task publish = client.PublishAsync("answer", "x", QualityOfService.AtLeastOnce, cancellationToken: Soon).AsTask();
        await AdvanceUntil(publish, time);
        Assert.Equal(220, client.Statistics.DroppedIncoming); // eight times the limit is kept
        Assert.Equal(80, (await TakeAsync(messages, 80)).Count);
    }

    [Fact]
    public async Task What_a_clean_session_loses_is_counted_and_told()
    {
        var time = new ManualTime();
        await using SmallServer server = Flood(100, QualityOfService.AtLeastOnce, PacketType.Publish);
        await using var client = new MqttClient(new MqttClientOptions { Address = server.Address, TimeProvider = time, KeepAlive = TimeSpan.Zero, ReconnectDelay = TimeSpan.Zero });
        var ended = new TaskCompletionSource<MqttStateChange>(TaskCreationOptions.RunContinuationsAsynchronously);
        client.StateChanged += change =>
        {
            if (change.To == MqttClientState.Disconnected) ended.TrySetResult(change);
        };
        await client.OpenAsync(Soon);
        Task unanswered = client.PublishAsync("elsewhere", "x", QualityOfService.AtLeastOnce, cancellationToken: Soon).AsTask();
        await using MqttSubscription messages = await client.SubscribeAsync([new MqttTopicFilter("flood", QualityOfService.AtLeastOnce)], new MqttSubscribeOptions { MaxMessages = 1 }, Soon);
        await AdvanceUntil(ended.Task, time);
        MqttException cause = (await ended.Task).Cause!;
        Assert.Equal(MqttErrorCode.QueueFull, cause.Code);
        Assert.Contains("it is lost", cause.Message, StringComparison.Ordinal);
        Assert.InRange(client.Statistics.DroppedIncoming, 1, 92);
        Assert.Equal(MqttErrorCode.SessionLost, (await Assert.ThrowsAsync<MqttException>(() => unanswered)).Code);
    }

    [Fact]
    public async Task A_reader_that_publishes_does_not_wait_for_itself()
    {
        await using SmallServer server = Flood(300, QualityOfService.AtMostOnce);
        await using MqttClient client = await MqttClient.ConnectAsync(server.Address, Soon);
        await using MqttSubscription messages = await client.SubscribeAsync([new MqttTopicFilter("flood")], new MqttSubscribeOptions { MaxMessages = 200 }, Soon);
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
            await foreach (MqttMessage message in flood.WithCancellation(stop.Token)) await client.PublishAsync("out", message.Payload, cancellationToken: Soon);
        });
        Assert.Single(await TakeAsync(end, 1));
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
                else if (isFlooded && packet.Header.Type is PacketType.Connect or PacketType.Subscribe) foreach (ushort id in open) output.Write(new PublishPacket { Topic = "flood"u8, Payload = [(byte)id], Qos = QualityOfService.ExactlyOnce, PacketId = id });
                if (open.Count == 0) allTaken.TrySetResult();
                return true;
            }
        };
        await using MqttClient client = await MqttClient.ConnectAsync(new MqttClientOptions { Address = server.Address, CleanSession = false, ReconnectDelay = TimeSpan.FromMilliseconds(1), MaxReconnectDelay = TimeSpan.FromMilliseconds(20) }, Soon);
        Task refused = ReconnectTests.When(client, change => change.Cause?.Code == MqttErrorCode.QueueFull);
        var seen = new ConcurrentQueue<byte>();
        await using MqttSubscription all = await client.SubscribeAsync("#", (in MqttMessageView message) => seen.Enqueue(message.Payload[0]), QualityOfService.ExactlyOnce, Soon);
        ValueTask unanswered = client.PublishAsync("elsewhere", "x", QualityOfService.AtLeastOnce, cancellationToken: Soon);
        await using MqttSubscription slow = await client.SubscribeAsync([new("flood", QualityOfService.ExactlyOnce)], new MqttSubscribeOptions { MaxMessages = 1 }, Soon);
        await refused.WaitAsync(Soon);
        Assert.Equal(Enumerable.Range(1, 10), (await TakeAsync(slow, 10)).Select(message => (int)message.Payload.Span[0]));
        await allTaken.Task.WaitAsync(Soon);
        Assert.Equal(Enumerable.Range(1, 10).Select(id => (byte)id), seen);
        await client.DisposeAsync();
        await Assert.ThrowsAsync<MqttException>(async () => await unanswered);
    }

    [Fact]
    [Rule("MQTT-4.6.0-2")]
    public async Task Manual_acknowledgements_leave_in_the_order_of_arrival()
    {
        await using SmallServer server = Flood(3, QualityOfService.AtLeastOnce);
        await using MqttClient client = await MqttClient.ConnectAsync(server.Address, Soon);
        await using MqttSubscription messages = await client.SubscribeAsync([new MqttTopicFilter("flood", QualityOfService.AtLeastOnce)], new MqttSubscribeOptions { ManualAcknowledgement = true }, Soon);
        List<MqttMessage> taken = await TakeAsync(messages, 3);
        await client.PingAsync(Soon);
        Assert.DoesNotContain("PubAck", server.Received);
        taken[2].Acknowledge();
        taken[1].Acknowledge();
        await client.PingAsync(Soon);
        Assert.DoesNotContain("PubAck", server.Received);
        taken[0].Acknowledge();
        taken[0].Acknowledge(); // a second time: nothing
        await server.HasReceived("PubAck", 3);
        await client.PingAsync(Soon);
        Assert.Equal(3, server.Received.Count(type => type == "PubAck"));
    }

    [Fact]
    public async Task A_receiver_that_throws_does_not_end_the_connection()
    {
        var log = new ConcurrentQueue<string>();
        await using SmallServer server = Flood(3, QualityOfService.AtLeastOnce);
        await using MqttClient client = await MqttClient.ConnectAsync(new MqttClientOptions { Address = server.Address, Log = (_, line) => log.Enqueue(line) }, Soon);
        await using MqttSubscription messages = await client.SubscribeAsync("flood", (in MqttMessageView _) => throw new FormatException("mine"), QualityOfService.AtLeastOnce, Soon);
        await server.HasReceived("PubAck", 3);
        Assert.Equal(3, client.Statistics.ReceiverFailures);
        Assert.Contains(log, line => line.Contains("FormatException: mine", StringComparison.Ordinal));
        Assert.Equal(1, server.Connections);
    }

    [Fact]
    [Rule("MQTT-4.5.0-2")]
    public async Task Messages_that_match_nothing_are_acknowledged_and_go_to_their_own_receiver()
    {
        var unmatched = new ConcurrentQueue<string>();
        await using SmallServer server = Flood(2, QualityOfService.AtLeastOnce);
        await using MqttClient client = await MqttClient.ConnectAsync(new MqttClientOptions { Address = server.Address, UnmatchedMessages = (in MqttMessageView message) => unmatched.Enqueue(System.Text.Encoding.UTF8.GetString(message.Payload)) }, Soon);
        await using MqttSubscription messages = await client.SubscribeAsync("something/else", cancellationToken: Soon);
        await server.HasReceived("PubAck", 2);
        Assert.Equal(["0", "1"], unmatched);
        Assert.Equal(2, client.Statistics.Unmatched);
    }

    [Fact]
    public async Task Overlapping_subscriptions_each_get_the_message()
    {
        await using var server = new SmallServer();
        await using MqttClient client = await MqttClient.ConnectAsync(server.Address, Soon);
        await using MqttSubscription all = await client.SubscribeAsync("#", cancellationToken: Soon);
        await using MqttSubscription one = await client.SubscribeAsync("a/+", cancellationToken: Soon);
        await client.PublishAsync("a/b", "x", cancellationToken: Soon);
        Assert.Equal("a/b", (await TakeAsync(all, 1))[0].Topic);
        Assert.Equal("a/b", (await TakeAsync(one, 1))[0].Topic);
    }

    [Fact]
    public async Task A_refused_filter_is_an_error_unless_allowed()
    {
        await using var server = new SmallServer();
        server.Answer = (packet, output) =>
        {
            if (packet.Header.Type != PacketType.Subscribe) return SmallServer.AcknowledgeAll(packet, output);
            SubscribePacket.TryRead(packet.Body, out SubscribePacket subscribe, out _);
            output.Write(new SubAckPacket { PacketId = subscribe.PacketId, ReturnCodes = subscribe.Subscriptions.Count == 1 ? [0x80] : [1, 0x80] });
            return true;
        };
        await using MqttClient client = await MqttClient.ConnectAsync(server.Address, Soon);
        MqttException refused = await Assert.ThrowsAsync<MqttException>(() => client.SubscribeAsync("secret", cancellationToken: Soon));
        Assert.Equal(MqttErrorCode.SubscriptionRefused, refused.Code);
        Assert.Contains("\"secret\"", refused.Message, StringComparison.Ordinal);
        await using MqttSubscription both = await client.SubscribeAsync([new("a", QualityOfService.AtLeastOnce), new("secret")], new MqttSubscribeOptions { AllowRefused = true }, Soon);
        Assert.Equal([QualityOfService.AtLeastOnce, null], both.Granted);
    }

    [Fact]
    public async Task A_refusal_when_subscribing_again_is_logged_and_stays_visible()
    {
        var warned = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = new SmallServer();
        server.Answer = (packet, output) =>
        {
            if (packet.Header.Type != PacketType.Subscribe) return SmallServer.AcknowledgeAll(packet, output);
            SubscribePacket.TryRead(packet.Body, out SubscribePacket subscribe, out _);
            output.Write(new SubAckPacket { PacketId = subscribe.PacketId, ReturnCodes = subscribe.Subscriptions.Count == 1 ? [1] : [0, 0x80, 0x80] });
            return true;
        };
        await using MqttClient client = await MqttClient.ConnectAsync(new MqttClientOptions
        {
            Address = server.Address,
            ReconnectDelay = TimeSpan.FromMilliseconds(1),
            Log = (level, line) =>
            {
                if (line.Contains("0x80", StringComparison.Ordinal)) warned.TrySetResult($"{level} {line}");
            },
        }, Soon);
        await using MqttSubscription lowered = await client.SubscribeAsync("a", QualityOfService.AtLeastOnce, Soon);
        await using MqttSubscription received = await client.SubscribeAsync("b", (in MqttMessageView _) => { }, QualityOfService.AtLeastOnce, Soon);
        await using MqttSubscription allowed = await client.SubscribeAsync([new("c", QualityOfService.AtLeastOnce)], new MqttSubscribeOptions { AllowRefused = true }, Soon);
        server.Cut();
        Assert.StartsWith("Warning When the subscriptions were made again: The server refused the topic filter \"b\"", await warned.Task.WaitAsync(Soon), StringComparison.Ordinal);
        await client.OpenAsync(Soon);
        await client.PingAsync(Soon);
        Assert.Equal((QualityOfService.AtMostOnce, null, null), (lowered.Granted[0], received.Granted[0], allowed.Granted[0]));
        Assert.Equal(MqttErrorCode.SubscriptionRefused, (await Assert.ThrowsAsync<MqttException>(() => TakeAsync(received, 1))).Code);
    }

    [Fact]
    public async Task What_was_cancelled_before_it_was_sent_is_never_sent()
    {
        await using var server = new SmallServer();
        await using var client = new MqttClient(new MqttClientOptions { Address = server.Address });
        using var cancel = new CancellationTokenSource();
        Task[] cancelled = [.. Enumerable.Range(0, 20).Select(i => i % 2 == 0 ? client.SubscribeAsync("a", cancellationToken: cancel.Token) : client.UnsubscribeAsync("b", cancel.Token))];
        await cancel.CancelAsync();
        foreach (Task task in cancelled) await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task);
        Task<MqttSubscription> subscribing = client.SubscribeAsync("a", cancellationToken: Soon);
        await client.OpenAsync(Soon);
        await using MqttSubscription kept = await subscribing;
        await client.PingAsync(Soon);
        Assert.Equal(["Connect", "Subscribe", "PingReq"], server.Received);
    }

    [Fact]
    public async Task Disposing_unsubscribes_when_no_other_wants_the_filter()
    {
        await using var server = new SmallServer();
        await using MqttClient client = await MqttClient.ConnectAsync(server.Address, Soon);
        MqttSubscription first = await client.SubscribeAsync("a", cancellationToken: Soon);
        MqttSubscription second = await client.SubscribeAsync("a", cancellationToken: Soon);
        await first.DisposeAsync();
        await client.PingAsync(Soon);
        Assert.DoesNotContain("Unsubscribe", server.Received);
        await second.DisposeAsync();
        Assert.Contains("Unsubscribe", server.Received);
        await foreach (MqttMessage _ in second.WithCancellation(Soon)) Assert.Fail("it is over");
        await client.UnsubscribeAsync("b", Soon);
        Assert.Equal(2, server.Received.Count(type => type == "Unsubscribe"));
    }

    [Fact]
    public async Task Reading_can_be_cancelled()
    {
        await using var server = new SmallServer();
        await using MqttClient client = await MqttClient.ConnectAsync(server.Address, Soon);
        await using MqttSubscription messages = await client.SubscribeAsync("a", cancellationToken: Soon);
        using var cancel = new CancellationTokenSource();
        await using IAsyncEnumerator<MqttMessage> reader = messages.GetAsyncEnumerator(cancel.Token);
        ValueTask<bool> next = reader.MoveNextAsync();
        Assert.False(next.IsCompleted);
        await cancel.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(async () => await next);
    }

    [Fact]
    public async Task Tap_log_and_meter_tell_what_happens_and_no_password()
    {
        var packets = new ConcurrentQueue<string>();
        var log = new ConcurrentQueue<string>();
        long sent = 0;
        using var listener = new MeterListener();
        await using var server = new SmallServer();
        var options = new MqttClientOptions
        {
            Address = server.Address,
            ClientId = "observed",
            UserName = "me",
            Password = "geheim"u8.ToArray(),
            Log = (_, line) => log.Enqueue(line),
            PacketTap = (direction, bytes) => packets.Enqueue($"{direction} {(PacketType)(bytes[0] >> 4)}"),
        };
        listener.InstrumentPublished = (instrument, own) =>
        {
            if (instrument.Name == "rawmqtt.client.messages.sent") own.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            foreach (KeyValuePair<string, object?> tag in tags) if ((string?)tag.Value == "observed") sent = value;
        });
        listener.Start();
        await using MqttClient client = await MqttClient.ConnectAsync(options, Soon);
        await client.PublishAsync("a", "x", QualityOfService.AtLeastOnce, cancellationToken: Soon);
        await client.DisconnectAsync(cancellationToken: Soon);
        listener.RecordObservableInstruments();

        // Each direction is in order; the two are seen by two threads.
        Assert.Equal(["Sent Connect", "Sent Publish", "Sent Disconnect"], packets.Where(packet => packet.StartsWith("Sent", StringComparison.Ordinal)));
        Assert.Equal(["Received ConnAck", "Received PubAck"], packets.Where(packet => packet.StartsWith("Received", StringComparison.Ordinal)).Take(2));
        Assert.Contains(log, line => line.Contains("Connecting -> Connected", StringComparison.Ordinal));
        Assert.DoesNotContain(log, line => line.Contains("geheim", StringComparison.Ordinal));
        Assert.Equal(1, sent);
    }

    private static SmallServer Flood(int count, QualityOfService qos, PacketType ignored = default)
    {
        var server = new SmallServer();
        server.Answer = (packet, output) =>
        {
            if (packet.Header.Type == ignored) return true;
            if (!SmallServer.AcknowledgeAll(packet, output)) return false;
            if (packet.Header.Type != PacketType.Subscribe) return true;
            for (int i = 0; i < count; i++)
            {
                output.Write(new PublishPacket { Topic = "flood"u8, Payload = System.Text.Encoding.UTF8.GetBytes($"{i}"), Qos = qos, PacketId = qos > 0 ? (ushort)(i + 1) : (ushort)0 });
            }

            return true;
        };
        return server;
    }

    private static async Task AdvanceUntil(Task task, ManualTime time)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!task.IsCompleted)
        {
            deadline.Token.ThrowIfCancellationRequested();
            time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }
    }

    private static async Task<List<MqttMessage>> TakeAsync(MqttSubscription messages, int count)
    {
        var taken = new List<MqttMessage>();
        await foreach (MqttMessage message in messages.WithCancellation(Soon))
        {
            taken.Add(message);
            if (taken.Count == count) break;
        }

        return taken;
    }
}
