// SPDX-License-Identifier: MIT

using System.Collections.Concurrent;
using System.Text;
using System.Threading.Channels;
using RawMqtt.Codec;

namespace RawMqtt.Tests.Clients;

/// <summary>Nothing that a kept session brings is acknowledged before the program has it.</summary>
public class KeptSessionTests
{
    private const QualityOfService Qos1 = QualityOfService.AtLeastOnce;
    private const QualityOfService Qos2 = QualityOfService.ExactlyOnce;

    private static CancellationToken Soon => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    [Theory]
    [InlineData(Qos1)]
    [InlineData(Qos2)]
    public async Task Messages_that_came_while_no_process_ran_reach_one_that_connects_and_then_subscribes(QualityOfService qos)
    {
        await using MqttBroker broker = await StartAsync();
        await using (MqttClient earlier = await MqttClient.ConnectAsync(Options(broker), Soon))
        await using (await earlier.SubscribeAsync("pp/#", qos, Soon))
        {
        }

        await PublishAsync(broker, "pp/a", qos, 5);
        await using MqttClient client = await MqttClient.ConnectAsync(Options(broker), Soon);
        await using MqttSubscription messages = await client.SubscribeAsync("pp/#", qos, Soon);
        Assert.Equal(["0", "1", "2", "3", "4"], (await messages.TakeAsync(5, Soon)).Select(message => message.PayloadText));
        Assert.Equal(0, client.Statistics.Unmatched);
    }

    [Theory]
    [InlineData(Qos1)]
    [InlineData(Qos2)]
    public async Task Subscription_made_before_the_client_is_opened_again_gets_what_came_meanwhile(QualityOfService qos)
    {
        await using MqttBroker broker = await StartAsync();
        await using MqttClient client = await MqttClient.ConnectAsync(Options(broker), Soon);
        MqttSubscription old = await client.SubscribeAsync("pp/#", qos, Soon);
        await client.DisconnectAsync(cancellationToken: Soon);
        await PublishAsync(broker, "pp/a", qos, 5);
        MqttSubscription messages = client.Subscribe("pp/#", qos);
        await client.OpenAsync(Soon);
        Assert.Equal(["0", "1", "2", "3", "4"], (await messages.TakeAsync(5, Soon)).Select(message => message.PayloadText));
        await old.DisposeAsync();
    }

    [Fact]
    public async Task Stream_goes_on_after_the_client_was_opened_again()
    {
        await using MqttBroker broker = await StartAsync();
        await using MqttClient client = await MqttClient.ConnectAsync(Options(broker), Soon);
        await using MqttSubscription messages = await client.SubscribeAsync("pp/#", Qos2, Soon);
        await client.DisconnectAsync(cancellationToken: Soon);
        await foreach (MqttMessage _ in messages.WithCancellation(Soon)) Assert.Fail("Nothing came.");
        await PublishAsync(broker, "pp/a", Qos2, 3);
        await client.OpenAsync(Soon);
        Assert.Equal(["0", "1", "2"], (await messages.TakeAsync(3, Soon)).Select(message => message.PayloadText));
    }

    [Fact]
    public async Task Filters_of_the_options_are_subscribed_whenever_the_client_connects()
    {
        await using MqttBroker broker = await StartAsync();
        await using MqttClient client = await MqttClient.ConnectAsync(Options(broker) with { Subscriptions = [new("pp/#", Qos1)] }, Soon);
        await client.PingAsync(Soon);
        await PublishAsync(broker, "pp/a", Qos1, 2);
        await client.PingAsync(Soon);
        await using MqttSubscription messages = await client.SubscribeAsync("pp/#", Qos1, Soon);
        Assert.Equal(["0", "1"], (await messages.TakeAsync(2, Soon)).Select(message => message.PayloadText));
    }

    [Fact]
    public async Task Leaving_the_scope_of_a_subscription_unsubscribes_in_a_clean_session_only()
    {
        await using var server = new SmallServer();
        await using (MqttClient kept = await MqttClient.ConnectAsync(Options(server), Soon))
        {
            await using (await kept.SubscribeAsync("a", Qos1, Soon))
            {
            }

            await kept.PingAsync(Soon);
            Assert.DoesNotContain("Unsubscribe", server.Received);
            await kept.UnsubscribeAsync("a", Soon);
            Assert.Contains("Unsubscribe", server.Received);
        }

        await using MqttClient clean = await MqttClient.ConnectAsync(server.Address, Soon);
        await using (await clean.SubscribeAsync("a", Qos1, Soon))
        {
        }

        Assert.Equal(2, server.Received.Count(type => type == "Unsubscribe"));
    }

    [Fact]
    [Rule("MQTT-4.6.0-2")]
    public async Task Message_is_acknowledged_when_the_reader_asks_for_the_next()
    {
        await using SmallServer server = ServerAnswers.Flood(3, Qos1);
        await using MqttClient client = await MqttClient.ConnectAsync(Options(server), Soon);
        await using MqttSubscription messages = await client.SubscribeAsync("flood", Qos1, Soon);
        await using IAsyncEnumerator<MqttMessage> reader = messages.GetAsyncEnumerator(Soon);
        for (int taken = 1; taken <= 3; taken++)
        {
            await reader.MoveNextAsync();
            await client.PingAsync(Soon);
            Assert.Equal(taken - 1, server.Received.Count(type => type == "PubAck"));
        }

        reader.Current.Acknowledge();
        await server.HasReceived("PubAck", 3);
    }

    [Fact]
    public async Task Unread_messages_of_a_stream_that_ended_go_to_the_next_one()
    {
        await using SmallServer server = ServerAnswers.Flood(3, Qos2);
        await using MqttClient client = await MqttClient.ConnectAsync(Options(server), Soon);
        MqttSubscription first = await client.SubscribeAsync("flood", Qos2, Soon);
        Assert.Single(await first.TakeAsync(1, Soon));
        await first.DisposeAsync();
        await using MqttSubscription second = client.Subscribe("flood", Qos2);
        Assert.Equal(["0", "1", "2"], (await second.TakeAsync(3, Soon)).Select(message => message.PayloadText));
        await server.HasReceived("PubRec", 2);
        await client.PingAsync(Soon);
        Assert.Equal(2, server.Received.Count(type => type == "PubRec"));
    }

    [Fact]
    public async Task Message_at_QoS_1_that_comes_again_while_the_stream_has_it_is_read_once()
    {
        await using var server = new SmallServer();
        server.Answer = (packet, output) =>
        {
            bool isAgain = server.Connections > 1;
            if (packet.Header.Type == PacketType.Connect) output.Write(new ConnAckPacket { SessionPresent = isAgain });
            else if (!SmallServer.AcknowledgeAll(packet, output)) return false;
            if (packet.Header.Type != (isAgain ? PacketType.Connect : PacketType.Subscribe)) return true;
            for (ushort id = 1; id <= 3; id++)
            {
                output.Write(new PublishPacket { Topic = "a"u8, Payload = [(byte)id], Qos = Qos1, PacketId = id, Duplicate = isAgain });
            }

            return true;
        };
        await using MqttClient client = await MqttClient.ConnectAsync(Options(server), Soon);
        await using MqttSubscription messages = await client.SubscribeAsync("a", Qos1, Soon);
        await client.PingAsync(Soon);
        Task again = client.When(change => change.To == MqttClientState.Connected);
        client.Abort();
        await again.WaitAsync(Soon);
        List<MqttMessage> taken = await messages.TakeAsync(3, Soon);
        Assert.Equal([1, 2, 3], taken.Select(message => message.Payload.Span[0]));
        taken[^1].Acknowledge();
        await server.HasReceived("PubAck", 3);
        await client.PingAsync(Soon);
        Assert.Equal(3, client.Statistics.MessagesReceived / 2);
        Assert.Equal(3, server.Received.Count(type => type == "PubAck"));
    }

    /// <summary>The receiver runs between the client's look at who wants the message and the stream's turn to take it.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Message_that_meets_the_end_of_its_stream_goes_to_the_subscription_made_meanwhile(bool isStream)
    {
        await using MqttBroker broker = await StartAsync();
        await using MqttClient client = await MqttClient.ConnectAsync(Options(broker), Soon);
        MqttSubscription? old = null;
        var made = new TaskCompletionSource<Task<MqttSubscription>>();
        var received = Channel.CreateUnbounded<string>();
        await using MqttSubscription first = await client.SubscribeAsync("pp/+", (in MqttMessageView _) => Change(), Qos1, Soon);
        old = await client.SubscribeAsync("pp/a", Qos1, Soon);
        await PublishAsync(broker, "pp/a", Qos1, 3);
        await using MqttSubscription next = await await made.Task.WaitAsync(Soon);
        for (int i = 0; i < 3; i++) Assert.Equal($"{i}", isStream ? (await next.TakeAsync(1, Soon))[0].PayloadText : await received.Reader.ReadAsync(Soon));

        void Change()
        {
            if (made.Task.IsCompleted) return;
            Assert.True(old!.DisposeAsync().AsTask().IsCompleted); // a kept session does not wait for the server
            made.SetResult(isStream ? client.SubscribeAsync("pp/a", Qos1, Soon) : client.SubscribeAsync("pp/a", Take, Qos1, Soon));
        }

        void Take(in MqttMessageView view) => received.Writer.TryWrite(Encoding.UTF8.GetString(view.Payload));
    }

    [Fact]
    public async Task First_message_without_a_subscription_is_told_in_the_log()
    {
        var log = new ConcurrentQueue<string>();
        await using SmallServer server = ServerAnswers.Flood(2, Qos1);
        MqttClientOptions options = Options(server) with { UnmatchedWait = TimeSpan.Zero, Log = (_, line) => log.Enqueue(line) };
        await using MqttClient client = await MqttClient.ConnectAsync(options, Soon);
        await client.SubscribeAsync("something/else", Qos1, Soon);
        await server.HasReceived("PubAck", 2);
        string line = Assert.Single(log, line => line.Contains("no subscription", StringComparison.Ordinal));
        Assert.Contains("\"flood\" at QoS 1", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("$share/g/lo/#")]
    [InlineData("$queue/lo/#")]
    [InlineData("$exclusive/lo/#")]
    public async Task Messages_of_a_filter_that_servers_answer_under_another_topic_reach_its_stream(string filter)
    {
        await using var server = new SmallServer();
        await using MqttClient client = await MqttClient.ConnectAsync(server.Address, Soon);
        await using MqttSubscription messages = await client.SubscribeAsync(filter, Qos1, Soon);
        await client.PublishAsync("lo/x", "here", cancellationToken: Soon);
        Assert.Equal("here", Assert.Single(await messages.TakeAsync(1, Soon)).PayloadText);
    }

    private static Task<MqttBroker> StartAsync() => MqttBroker.StartAsync(new MqttBrokerOptions { Listeners = ["mqtt://127.0.0.1:0"] });

    private static MqttClientOptions Options(MqttBroker broker) => new() { Address = broker.Addresses[0], ClientId = "kept", CleanSession = false };

    private static MqttClientOptions Options(SmallServer server) =>
        new() { Address = server.Address, ClientId = "kept", CleanSession = false, ReconnectDelay = TimeSpan.FromMilliseconds(1) };

    private static async Task PublishAsync(MqttBroker broker, string topic, QualityOfService qos, int count)
    {
        await using MqttClient publisher = await MqttClient.ConnectAsync(broker.Addresses[0], Soon);
        for (int i = 0; i < count; i++) await publisher.PublishAsync(topic, $"{i}", qos, cancellationToken: Soon);
    }
}
