// SPDX-License-Identifier: MIT

using System.Collections.Concurrent;
using System.Diagnostics;
using RawMqtt.Codec;

namespace RawMqtt.Tests.Clients;

/// <summary>Messages without a reader wait, within a time and a number, and stop neither reading nor the answers to others for ever.</summary>
public sealed class WaitingMessagesTests : IDisposable
{
    private const QualityOfService Qos1 = QualityOfService.AtLeastOnce;

    private readonly string folder = Directory.CreateTempSubdirectory("rawmqtt-waiting-").FullName;

    private static CancellationToken Soon => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(1, true)]
    [InlineData(1, false)]
    [InlineData(20, true)]
    [InlineData(20, false)]
    public async Task Stream_that_ended_or_is_not_read_does_not_stop_another_for_ever(int window, bool hasEnded)
    {
        var time = new ManualTime();
        var log = new ConcurrentQueue<string>();
        var server = new WindowServer(window, [.. Enumerable.Range(0, 60).Select(i => i < 30 ? "unread" : "read")]);
        await using SmallServer sockets = server.Start();
        MqttClientOptions options = Timed(sockets, time);
        await using MqttClient client = await MqttClient.ConnectAsync(options with { Log = (_, line) => log.Enqueue(line) }, Soon);
        MqttSubscription unread = await client.SubscribeAsync("unread", Qos1, Soon);
        if (hasEnded) await unread.DisposeAsync();
        await using MqttSubscription read = await client.SubscribeAsync("read", Qos1, Soon);
        Task<List<MqttMessage>> reading = read.TakeAsync(30, Soon);
        while (!reading.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(reading, Task.Delay(1, Soon)); // the sockets are real and take the machine's time between two steps of the clock
        }

        Assert.Equal(30, (await reading).Count);
        Assert.Contains(log, line => line.Contains("\"unread\"", StringComparison.Ordinal));
        Assert.Contains("Unsubscribe", sockets.Received);
        Assert.True(time.GetElapsedTime(0) < TimeSpan.FromMinutes(20));
    }

    [Fact]
    public async Task Sixty_five_thousand_messages_before_SUBACK_all_reach_the_program()
    {
        const int Count = 65_535;
        var server = new WindowServer(Count, [.. Enumerable.Repeat("a/b", Count)]) { SendsBeforeSubAck = true };
        await using SmallServer sockets = server.Start();
        await using MqttClient client = await MqttClient.ConnectAsync(
            new MqttClientOptions { Address = sockets.Address, ClientId = "kept", CleanSession = false, ReconnectDelay = TimeSpan.FromMilliseconds(1) }, Soon);
        await using MqttSubscription messages = await client.SubscribeAsync("a/#", Qos1, Soon);
        var seen = new HashSet<string>();
        await foreach (MqttMessage message in messages.WithCancellation(Soon))
        {
            seen.Add(message.PayloadText);
            if (seen.Count == Count) break;
        }

        Assert.Equal(Count, seen.Count);
        Assert.InRange(client.Statistics.Connections, 1, 3);
    }

    [Fact]
    public async Task Messages_that_no_subscription_came_for_are_dropped_with_one_line_that_says_how_many()
    {
        var time = new ManualTime();
        var log = new ConcurrentQueue<string>();
        await using SmallServer server = ServerAnswers.Flood(2000, Qos1);
        MqttClientOptions options = Timed(server, time);
        await using MqttClient client = await MqttClient.ConnectAsync(options with { Log = (_, line) => log.Enqueue(line) }, Soon);
        await using MqttSubscription other = await client.SubscribeAsync("something/else", Qos1, Soon);
        await client.PingAsync(Soon);
        Assert.DoesNotContain("PubAck", server.Received);
        time.Advance(TimeSpan.FromSeconds(2));
        await server.HasReceived("PubAck", 2000);
        string line = Assert.Single(log, line => line.Contains("no subscription", StringComparison.Ordinal));
        Assert.Contains("1999 more", line, StringComparison.Ordinal);
        Assert.Equal(2000, client.Statistics.Unmatched);
        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public async Task With_a_session_file_what_waits_is_answered_and_reaches_a_later_process()
    {
        await using SmallServer server = ServerAnswers.Flood(3, QualityOfService.ExactlyOnce);
        await using (MqttClient first = await MqttClient.ConnectAsync(Options(server), Soon))
        {
            await using (await first.SubscribeAsync("flood", QualityOfService.ExactlyOnce, Soon)) await first.PingAsync(Soon);
            await server.HasReceived("PubRec", 3);
        }

        server.Answer = SmallServer.AcknowledgeAll;
        await using MqttClient second = new(Options(server));
        await using MqttSubscription messages = second.Subscribe("flood", QualityOfService.ExactlyOnce);
        List<MqttMessage> taken = await messages.TakeAsync(3, Soon);
        Assert.Equal(["0", "1", "2"], taken.Select(message => message.PayloadText));
        Assert.Equal(3, taken.Select(message => message.DeliveryId).Distinct().Count());
        Assert.DoesNotContain(taken, message => message.DeliveryId is null);
    }

    [Fact]
    public async Task Message_in_hand_at_the_end_of_a_process_comes_again_under_its_number()
    {
        await using var server = new SmallServer();
        server.Answer = (packet, output) =>
        {
            if (packet.Header.Type == PacketType.Connect) output.Write(new ConnAckPacket { SessionPresent = server.Connections > 1 });
            else if (!SmallServer.AcknowledgeAll(packet, output)) return false;
            if (packet.Header.Type == PacketType.Subscribe)
            {
                bool isAgain = server.Connections > 1;
                output.Write(new PublishPacket { Topic = "a"u8, Payload = "x"u8, Qos = QualityOfService.ExactlyOnce, PacketId = 7, Duplicate = isAgain });
            }

            return true;
        };
        var numbers = new List<long?>();
        for (int process = 0; process < 2; process++)
        {
            await using MqttClient client = await MqttClient.ConnectAsync(Options(server), Soon);
            MqttSubscription messages = await client.SubscribeAsync("a", QualityOfService.ExactlyOnce, Soon);
            await using IAsyncEnumerator<MqttMessage> reader = messages.GetAsyncEnumerator(Soon);
            Assert.True(await reader.MoveNextAsync());
            numbers.Add(reader.Current.DeliveryId);
            if (process == 1) reader.Current.Acknowledge();
            if (process == 1) await server.HasReceived("PubRec", 1);
            else Assert.DoesNotContain("PubRec", server.Received);
        }

        Assert.NotNull(numbers[0]);
        Assert.Equal(numbers[0], numbers[1]);
    }

    [Fact]
    public async Task Message_that_a_receiver_has_taken_does_not_come_again_when_the_process_ends_in_the_next_one()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "cp copies a file that is locked");
        await using var server = new SmallServer();
        server.Answer = (packet, output) =>
        {
            bool isAgain = server.Connections > 1;
            if (packet.Header.Type == PacketType.Connect) output.Write(new ConnAckPacket { SessionPresent = isAgain });
            else if (!SmallServer.AcknowledgeAll(packet, output)) return false;
            if (packet.Header.Type != PacketType.Subscribe) return true;
            for (ushort id = 1; id <= 3; id++)
                output.Write(new PublishPacket { Topic = "a"u8, Payload = [(byte)id], Qos = QualityOfService.ExactlyOnce, PacketId = id, Duplicate = isAgain });
            return true;
        };
        MqttClientOptions options = Options(server);
        string copy = Path.Combine(folder, "copy");
        await using (MqttClient first = await MqttClient.ConnectAsync(options, Soon))
        {
            await first.SubscribeAsync("a", (in MqttMessageView message) =>
            {
                if (message.Payload is not [2]) return;
                using Process copying = Process.Start("cp", [options.SessionFile!, copy]); // a killed process leaves this; the framework minds the lock
                copying.WaitForExit();
            }, QualityOfService.ExactlyOnce, Soon);
            await server.HasReceived("PubRec", 3);
        }

        var taken = new ConcurrentQueue<byte>();
        await using MqttClient second = await MqttClient.ConnectAsync(options with { SessionFile = copy }, Soon);
        await second.SubscribeAsync("a", (in MqttMessageView message) => taken.Enqueue(message.Payload[0]), QualityOfService.ExactlyOnce, Soon);
        await server.HasReceived("PubRec", 6);
        Assert.Equal((byte[])[2, 3], taken);
    }

    private static MqttClientOptions Timed(SmallServer server, ManualTime time) =>
        new() { Address = server.Address, ClientId = "kept", CleanSession = false, TimeProvider = time, KeepAlive = TimeSpan.Zero };

    private MqttClientOptions Options(SmallServer server) => new()
    {
        Address = server.Address,
        ClientId = "kept",
        CleanSession = false,
        SessionFile = Path.Combine(folder, "session"),
        ReconnectDelay = TimeSpan.FromMilliseconds(1),
    };
}
