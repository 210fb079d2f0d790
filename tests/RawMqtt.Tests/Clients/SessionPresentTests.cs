// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Collections.Concurrent;
using RawMqtt.Codec;

namespace RawMqtt.Tests.Clients;

/// <summary>What becomes of the messages in flight when the connection is lost.</summary>
public class SessionPresentTests
{
    private static CancellationToken Soon => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    [Fact]
    public async Task What_may_have_arrived_at_QoS_2_in_a_clean_session_is_reported_lost()
    {
        await using var server = new SmallServer { Answer = ServerAnswers.Silence(PacketType.Publish) };
        await using MqttClient client = await MqttClient.ConnectAsync(server.ClientOptions, Soon);
        ValueTask publish = client.PublishAsync("a", "x", QualityOfService.ExactlyOnce, cancellationToken: Soon);
        await server.HasReceived("Publish", 1);
        server.Cut();
        MqttException lost = await Assert.ThrowsAsync<MqttException>(async () => await publish);
        Assert.Equal(MqttErrorCode.SessionLost, lost.Code);
    }

    [Theory]
    [InlineData(true, QualityOfService.AtLeastOnce)]
    [InlineData(false, QualityOfService.AtLeastOnce)]
    [InlineData(true, QualityOfService.ExactlyOnce)]
    public async Task What_was_in_flight_when_the_session_was_lost_is_published_anew_and_in_order_before_the_queue(bool isClean, QualityOfService qos)
    {
        var arrived = new ConcurrentQueue<string>();
        await using var server = new SmallServer();
        server.Answer = (packet, output) =>
        {
            if (packet.Header.Type != PacketType.Publish) return SmallServer.AcknowledgeAll(packet, output);
            PublishPacket.TryRead(packet.Header, packet.Body, out PublishPacket publish, out _);
            if (server.Connections == 1) return publish.Payload[0] != '2'; // closes on the third
            arrived.Enqueue($"{(char)publish.Payload[0]}{(publish.Duplicate ? " again" : "")}");
            return SmallServer.AcknowledgeAll(packet, output);
        };
        MqttClientOptions options = server.ClientOptions with { CleanSession = isClean, MaxInFlight = 3, RepublishQos2 = true };
        await using MqttClient client = await MqttClient.ConnectAsync(options, Soon);
        Task[] awaits = [.. Enumerable.Range(0, 6).Select(i => client.PublishAsync("a", $"{i}", qos, cancellationToken: Soon).AsTask())];
        await Task.WhenAll(awaits);
        Assert.Equal(["0", "1", "2", "3", "4", "5"], arrived);
    }

    [Theory]
    [InlineData(QualityOfService.AtLeastOnce)]
    [InlineData(QualityOfService.ExactlyOnce)]
    public async Task What_is_in_flight_in_a_kept_session_is_sent_again(QualityOfService qos)
    {
        await using var server = new SmallServer();
        server.Answer = (packet, output) =>
        {
            if (packet.Header.Type == PacketType.Publish && (packet.Header.Flags & 0b1000) == 0) return false; // closes on the first sending
            if (packet.Header.Type != PacketType.Connect) return SmallServer.AcknowledgeAll(packet, output);
            output.Write(new ConnAckPacket { SessionPresent = server.Connections > 1 });
            return true;
        };
        await using MqttClient client = await MqttClient.ConnectAsync(server.ClientOptions with { CleanSession = false }, Soon);
        await client.PublishAsync("a", "x", qos, cancellationToken: Soon);
        Assert.True(client.SessionPresent);
        Assert.Equal(2, server.Received.Count(type => type == "Publish"));
    }

    [Fact]
    public async Task A_session_that_the_server_forgot_is_reported_lost()
    {
        await using var server = new SmallServer { Answer = ServerAnswers.Silence(PacketType.Publish) };
        await using MqttClient client = await MqttClient.ConnectAsync(server.ClientOptions with { CleanSession = false }, Soon);
        ValueTask publish = client.PublishAsync("a", "x", QualityOfService.ExactlyOnce, cancellationToken: Soon);
        await server.HasReceived("Publish", 1);
        server.Cut();
        Assert.Equal(MqttErrorCode.SessionLost, (await Assert.ThrowsAsync<MqttException>(async () => await publish)).Code);
        Assert.Equal(1, server.Received.Count(type => type == "Publish"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_gathered_at_QoS_2_while_a_write_hung_is_published_anew_when_the_session_was_lost(bool isClean)
    {
        await using var server = new SmallServer();
        var streams = new ConcurrentQueue<StubbornStream>();
        await using MqttClient client = await MqttClient.ConnectAsync(
            server.ClientOptions with
            {
                Addresses = [],
                CleanSession = isClean,
                ConnectStream = async (_, token) =>
                {
                    var stream = new HeldStream(await StubbornStream.ConnectAsync(server, token));
                    streams.Enqueue(stream);
                    return stream;
                },
            },
            Soon);
        Assert.True(streams.TryPeek(out StubbornStream? first));
        first.Held = new TaskCompletionSource().Task;
        await client.PublishAsync("hangs", "x", QualityOfService.AtMostOnce, cancellationToken: Soon);
        IEnumerable<int> numbers = Enumerable.Range(0, 6);
        Task[] awaits = [.. numbers.Select(i => client.PublishAsync("a", $"{i}", QualityOfService.ExactlyOnce, cancellationToken: Soon).AsTask())];
        server.Cut();
        await Task.WhenAll(awaits);
        Assert.Equal(6, server.Received.Count(type => type == "Publish"));
    }
}
