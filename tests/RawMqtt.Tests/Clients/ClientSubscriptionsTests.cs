// SPDX-License-Identifier: MIT

using RawMqtt.Codec;

namespace RawMqtt.Tests.Clients;

/// <summary>What the client asks the server for, and what becomes of subscriptions when others end or the connection does.</summary>
public class ClientSubscriptionsTests
{
    private const QualityOfService Qos1 = QualityOfService.AtLeastOnce;

    private static CancellationToken Soon => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    [Fact]
    public async Task A_SUBSCRIBE_waits_for_a_packet_identifier()
    {
        await using var server = new SmallServer();
        server.Answer = (packet, output) =>
        {
            if (packet.Header.Type == PacketType.Publish) return true;
            for (int id = 1; packet.Header.Type == PacketType.PingReq && id <= 65535; id++) output.Write(new PubAckPacket { PacketId = (ushort)id });
            return SmallServer.AcknowledgeAll(packet, output);
        };
        await using MqttClient client = await MqttClient.ConnectAsync(server.ClientOptions with { MaxInFlight = 65535 }, Soon);
        Task[] publishes = [.. Enumerable.Range(0, 65535).Select(_ => client.PublishAsync("a", "", Qos1, cancellationToken: Soon).AsTask())];
        Task<MqttSubscription> subscribing = client.SubscribeAsync("b", cancellationToken: Soon);
        Assert.Equal(65535, client.Statistics.InFlight);
        await client.PingAsync(Soon);
        await Task.WhenAll(publishes).WaitAsync(Soon);
        await using MqttSubscription messages = await subscribing;
        Assert.Equal("b", messages.Filters[0].Filter);
    }

    [Fact]
    public async Task A_PUBLISH_waits_for_a_packet_identifier_that_a_SUBSCRIBE_has()
    {
        ushort subscribeId = 0;
        int published = 0;
        var last = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = new SmallServer();
        server.Answer = (packet, output) =>
        {
            switch (packet.Header.Type)
            {
                case PacketType.Publish:
                    if (++published == 65535) last.SetResult();
                    return true;
                case PacketType.Subscribe:
                    SubscribePacket.TryRead(packet.Body, out SubscribePacket subscribe, out _);
                    subscribeId = subscribe.PacketId;
                    return true;
                case PacketType.PingReq:
                    output.Write(new SubAckPacket { PacketId = subscribeId, ReturnCodes = [0] });
                    break;
            }

            return SmallServer.AcknowledgeAll(packet, output);
        };
        await using MqttClient client = await MqttClient.ConnectAsync(server.ClientOptions with { MaxInFlight = 65535 }, Soon);
        Task<MqttSubscription> subscribing = client.SubscribeAsync("b", cancellationToken: Soon);
        Task[] publishes = [.. Enumerable.Range(0, 65535).Select(_ => client.PublishAsync("a", "", Qos1, cancellationToken: Soon).AsTask())];
        Assert.Equal((65534, 1), (client.Statistics.InFlight, client.Statistics.Queued));
        await client.PingAsync(Soon);
        await using MqttSubscription messages = await subscribing;
        await last.Task.WaitAsync(Soon);
        await client.DisposeAsync();
        await Assert.ThrowsAsync<MqttException>(() => Task.WhenAll(publishes));
    }

    [Fact]
    public async Task A_subscription_that_may_be_refused_lives_through_a_reconnect()
    {
        await using var server = new SmallServer();
        server.Answer = Grant((_, _) => [0, SubAckPacket.Failure]);
        await using MqttClient client = await MqttClient.ConnectAsync(server.ClientOptions, Soon);
        await using MqttSubscription messages = await client.SubscribeAsync([new("a"), new("secret")], new MqttSubscribeOptions { AllowRefused = true }, Soon);
        Task again = client.When(change => change.To == MqttClientState.Connected);
        server.Cut();
        await again.WaitAsync(Soon);
        await server.HasReceived("Subscribe", 2);
        await client.PingAsync(Soon); // the SUBACK is behind us
        await client.PublishAsync("a", "still here", cancellationToken: Soon);
        await foreach (MqttMessage message in messages.WithCancellation(Soon))
        {
            Assert.Equal("still here", message.PayloadText);
            break;
        }
    }

    [Fact]
    public async Task The_other_filters_of_a_subscription_that_is_refused_later_are_ended_too()
    {
        await using var server = new SmallServer();
        server.Answer = Grant((connection, _) => [0, connection == 1 ? (byte)0 : SubAckPacket.Failure]);
        await using MqttClient client = await MqttClient.ConnectAsync(server.ClientOptions, Soon);
        await using MqttSubscription messages = await client.SubscribeAsync([new("a"), new("b")], Soon);
        server.Cut();
        MqttException refused = await Assert.ThrowsAsync<MqttException>(async () =>
        {
            await foreach (MqttMessage _ in messages.WithCancellation(Soon))
            {
            }
        });
        Assert.Equal(MqttErrorCode.SubscriptionRefused, refused.Code);
        await server.HasReceived("Unsubscribe", 1);
    }

    [Fact]
    public async Task Disposing_after_unsubscribe_leaves_a_newer_subscription_alone()
    {
        await using var server = new SmallServer();
        await using MqttClient client = await MqttClient.ConnectAsync(server.ClientOptions, Soon);
        MqttSubscription first = await client.SubscribeAsync("a", cancellationToken: Soon);
        await client.UnsubscribeAsync("a", Soon);
        await using MqttSubscription second = await client.SubscribeAsync("a", cancellationToken: Soon);
        await first.DisposeAsync();
        await client.PingAsync(Soon);
        Assert.Equal(1, server.Received.Count(type => type == "Unsubscribe"));
    }

    [Fact]
    public async Task Disposing_of_a_manual_subscription_does_not_hold_up_the_answers_to_others()
    {
        await using var server = new SmallServer();
        server.Answer = (packet, output) =>
        {
            if (!SmallServer.AcknowledgeAll(packet, output)) return false;
            if (packet.Header.Type != PacketType.Subscribe) return true;
            bool isFirst = server.Received.Count(type => type == "Subscribe") == 1;
            for (ushort id = 1; isFirst && id <= 3; id++) output.Write(new PublishPacket { Topic = "manual"u8, Payload = "x"u8, Qos = Qos1, PacketId = id });
            if (!isFirst) output.Write(new PublishPacket { Topic = "other"u8, Payload = "x"u8, Qos = Qos1, PacketId = 4 });
            return true;
        };
        await using MqttClient client = await MqttClient.ConnectAsync(server.ClientOptions, Soon);
        MqttSubscription manual = await client.SubscribeAsync([new("manual", Qos1)], new MqttSubscribeOptions { ManualAcknowledgement = true }, Soon);
        await foreach (MqttMessage message in manual.WithCancellation(Soon))
        {
            message.Acknowledge();
            break;
        }

        await manual.DisposeAsync(); // two were never read
        await using MqttSubscription other = await client.SubscribeAsync("other", (in MqttMessageView _) => { }, Qos1, Soon);
        await server.HasReceived("PubAck", 4);
        Assert.Equal(1, server.Connections);
    }

    /// <summary>Answers each SUBSCRIBE with the return codes for it and for the number of its connection, and the rest as always.</summary>
    private static Func<Received, RawMqtt.Sessions.OutgoingBuffer, bool> Grant(Func<int, int, byte[]> codes)
    {
        int connections = 0;
        return (packet, output) =>
        {
            if (packet.Header.Type == PacketType.Connect) connections++;
            if (packet.Header.Type != PacketType.Subscribe) return SmallServer.AcknowledgeAll(packet, output);
            SubscribePacket.TryRead(packet.Body, out SubscribePacket subscribe, out _);
            output.Write(new SubAckPacket { PacketId = subscribe.PacketId, ReturnCodes = codes(connections, subscribe.Subscriptions.Count) });
            return true;
        };
    }
}
