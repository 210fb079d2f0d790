// SPDX-License-Identifier: MIT

using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using RawMqtt.Codec;

namespace RawMqtt.Tests.Clients;

/// <summary>How messages reach the application.</summary>
public class ReceivingTests
{
    private static CancellationToken Soon => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    [Fact]
    [Rule("MQTT-4.6.0-2")]
    public async Task Manual_acknowledgements_leave_in_the_order_of_arrival()
    {
        await using SmallServer server = ServerAnswers.Flood(3, QualityOfService.AtLeastOnce);
        await using MqttClient client = await MqttClient.ConnectAsync(server.Address, Soon);
        await using MqttSubscription messages = await client.SubscribeAsync([new MqttTopicFilter("flood", QualityOfService.AtLeastOnce)],
            new MqttSubscribeOptions { ManualAcknowledgement = true }, Soon);
        List<MqttMessage> taken = await messages.TakeAsync(3, Soon);
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
        await using SmallServer server = ServerAnswers.Flood(3, QualityOfService.AtLeastOnce);
        await using MqttClient client =
            await MqttClient.ConnectAsync(new MqttClientOptions { Address = server.Address, Log = (_, line) => log.Enqueue(line) }, Soon);
        await using MqttSubscription messages = await client.SubscribeAsync("flood", (in MqttMessageView _) => throw new FormatException("mine"),
            QualityOfService.AtLeastOnce, Soon);
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
        await using SmallServer server = ServerAnswers.Flood(2, QualityOfService.AtLeastOnce);
        await using MqttClient client = await MqttClient.ConnectAsync(new MqttClientOptions
        {
            Address = server.Address,
            UnmatchedWait = TimeSpan.Zero,
            UnmatchedMessages = (in MqttMessageView message) => unmatched.Enqueue(System.Text.Encoding.UTF8.GetString(message.Payload))
        }, Soon);
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
        Assert.Equal("a/b", (await all.TakeAsync(1, Soon))[0].Topic);
        Assert.Equal("a/b", (await one.TakeAsync(1, Soon))[0].Topic);
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
}
