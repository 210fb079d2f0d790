// SPDX-License-Identifier: MIT

using System.Buffers;
using RawMqtt.Codec;

namespace RawMqtt.Tests.Clients;

/// <summary>Subscriptions that the server refuses, and those that are ended.</summary>
public class RefusedFilterTests
{
    private static CancellationToken Soon => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

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
        await using MqttSubscription both = await client.SubscribeAsync([new("a", QualityOfService.AtLeastOnce), new("secret")],
            new MqttSubscribeOptions { AllowRefused = true }, Soon);
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
        await using MqttSubscription allowed = await client.SubscribeAsync([new("c", QualityOfService.AtLeastOnce)],
            new MqttSubscribeOptions { AllowRefused = true }, Soon);
        server.Cut();
        Assert.StartsWith("Warning When the subscriptions were made again: The server refused the topic filter \"b\"",
            await warned.Task.WaitAsync(Soon), StringComparison.Ordinal);
        await client.OpenAsync(Soon);
        await client.PingAsync(Soon);
        Assert.Equal((QualityOfService.AtMostOnce, null, null), (lowered.Granted[0], received.Granted[0], allowed.Granted[0]));
        Assert.Equal(MqttErrorCode.SubscriptionRefused, (await Assert.ThrowsAsync<MqttException>(() => received.TakeAsync(1, Soon))).Code);
    }

    [Fact]
    public async Task What_was_cancelled_before_it_was_sent_is_never_sent()
    {
        await using var server = new SmallServer();
        await using var client = new MqttClient(new MqttClientOptions { Address = server.Address });
        using var cancel = new CancellationTokenSource();
        Task[] cancelled = [.. Enumerable.Range(0, 20)
            .Select(i => i % 2 == 0 ? client.SubscribeAsync("a", cancellationToken: cancel.Token) : client.UnsubscribeAsync("b", cancel.Token))];
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
}
