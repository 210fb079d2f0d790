// SPDX-License-Identifier: MIT

using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using RawMqtt.Codec;
using RawMqtt.Tests.Transports;
using RawMqtt.WebSockets;

namespace RawMqtt.Tests.Clients;

/// <summary>A packet that the server ends connections for is found and given up, and nothing else is.</summary>
public class SuspectPacketTests
{
    private const QualityOfService Qos0 = QualityOfService.AtMostOnce;
    private const QualityOfService Qos1 = QualityOfService.AtLeastOnce;
    private const QualityOfService Qos2 = QualityOfService.ExactlyOnce;

    private static CancellationToken Soon => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    [Theory]
    [InlineData("mqtt", Qos1, true)]
    [InlineData("mqtt", Qos2, false)]
    [InlineData("mqtt", Qos1, false)]
    [InlineData("ws", Qos2, false)]
    public async Task A_publish_that_ends_the_connection_three_times_fails_by_name_and_the_rest_goes_on(string scheme, QualityOfService qos, bool isClean)
    {
        await using ClosingServer server = new ClosingServer(scheme, packet => ClosingServer.Name(packet) == "poison") { KeepsSession = !isClean }.Start();
        MqttClientOptions options = server.ClientOptions with { CleanSession = isClean };
        await using MqttClient client = await MqttClient.ConnectAsync(options, Soon);
        ConcurrentQueue<string> ends = EndsOf(client);
        Task isGivenUp = client.When(change => change.Cause?.Code == MqttErrorCode.PacketRejected);
        await using MqttSubscription messages = await client.SubscribeAsync("after", cancellationToken: Soon);
        Task[] before = [.. Enumerable.Range(0, 5).Select(i => client.PublishAsync($"{i}", "x", qos, cancellationToken: Soon).AsTask())];
        Task poison = client.PublishAsync("poison", "12345", qos, cancellationToken: Soon).AsTask();
        Task[] after = [.. Enumerable.Range(5, 30).Select(i => client.PublishAsync($"{i}", "x", qos, cancellationToken: Soon).AsTask())];
        await client.PublishAsync("after", "x", Qos0, cancellationToken: Soon);

        await Task.WhenAll([.. before, .. after]);
        MqttException rejected = await Assert.ThrowsAsync<MqttException>(() => poison);
        Assert.Equal(MqttErrorCode.PacketRejected, rejected.Code);
        Assert.Contains($"PUBLISH of topic \"poison\" at QoS {(int)qos} with 5 bytes", rejected.Message, StringComparison.Ordinal);
        await isGivenUp.WaitAsync(Soon);
        ExpectConnections(server, ends); // all at once, three times alone, and without it
        await client.PublishAsync("after", "y", Qos0, cancellationToken: Soon);
        Assert.NotEmpty(await messages.TakeAsync(1, Soon));
        Assert.Equal(MqttErrorCode.PacketRejected, client.LastFault!.Code);
    }

    [Theory]
    [InlineData(CloseCode.ProtocolError, true)]
    [InlineData(CloseCode.UnacceptableData, true)]
    [InlineData(CloseCode.InvalidPayload, true)]
    [InlineData(CloseCode.PolicyViolation, true)]
    [InlineData(CloseCode.MessageTooBig, true)]
    [InlineData(CloseCode.NormalClosure, false)]
    [InlineData(CloseCode.InternalError, false)]
    public async Task A_code_that_says_that_a_packet_was_wrong_counts_at_once(CloseCode code, bool isEnough)
    {
        await using ClosingServer server = new ClosingServer("ws", packet => ClosingServer.Name(packet) == "poison") { Code = code }.Start();
        await using MqttClient client = await MqttClient.ConnectAsync(server.ClientOptions, Soon);
        ConcurrentQueue<string> ends = EndsOf(client);
        Task isGivenUp = client.When(change => change.Cause?.Code == MqttErrorCode.PacketRejected);
        Task poison = client.PublishAsync("poison", "x", Qos1, cancellationToken: Soon).AsTask();
        await client.PublishAsync("good", "x", Qos1, cancellationToken: Soon);
        MqttException rejected = await Assert.ThrowsAsync<MqttException>(() => poison);
        Assert.Equal((MqttErrorCode.PacketRejected, code, "go"), (rejected.Code, rejected.CloseCode, rejected.CloseReason));
        await isGivenUp.WaitAsync(Soon);
        if (isEnough) Assert.Equal(3, server.Connections);
        else ExpectConnections(server, ends);
    }

    [Fact]
    public async Task A_message_at_QoS_0_is_sent_once_and_the_third_like_it_fails_by_name()
    {
        await using ClosingServer server = new ClosingServer("mqtt", packet => ClosingServer.Name(packet) == "poison").Start();
        await using var client = new MqttClient(server.ClientOptions);
        await client.OpenAsync(Soon);
        MqttException? rejected = null;
        int sent = 0;
        for (; rejected is null; sent++)
        {
            Task again = client.When(change => change.To == MqttClientState.Connected);
            rejected = await Record.ExceptionAsync(async () => await client.PublishAsync("poison", "x", Qos0, cancellationToken: Soon)) as MqttException;
            await again.WaitAsync(Soon);
        }

        Assert.InRange(sent, 3, 8); // the first completes when it is in the buffer
        Assert.Equal(MqttErrorCode.PacketRejected, rejected.Code);
        Assert.Contains("PUBLISH of topic \"poison\" at QoS 0 with 1 bytes", rejected.Message, StringComparison.Ordinal);
        await client.PublishAsync("good", "x", Qos1, cancellationToken: Soon);
    }

    [Fact]
    public async Task A_message_at_QoS_0_that_the_server_finds_too_long_harms_no_other()
    {
        await using ClosingServer server =
            new ClosingServer("ws", packet => packet.Header.Type == PacketType.Publish && packet.Body.Length > 1000) { Code = CloseCode.MessageTooBig }.Start();
        await using var client = new MqttClient(server.ClientOptions);
        await client.OpenAsync(Soon);
        for (int i = 0; i < 5; i++)
        {
            Task long0 = client.PublishAsync("long", new byte[2000], Qos0, cancellationToken: Soon).AsTask();
            await client.PublishAsync($"{i}", "x", Qos1, cancellationToken: Soon);
            if (i == 0) await long0;
            else Assert.Equal(CloseCode.MessageTooBig, (await Assert.ThrowsAsync<MqttException>(() => long0)).CloseCode);
        }
    }

    [Fact]
    public async Task A_subscription_that_ends_the_connection_ends_with_the_error_and_the_others_go_on()
    {
        bool isForbidden = false;
        await using ClosingServer server = new ClosingServer("mqtt", packet =>
            packet.Header.Type == PacketType.Subscribe && isForbidden && ClosingServer.Name(packet).Contains("secret", StringComparison.Ordinal)).Start();
        await using var client = new MqttClient(server.ClientOptions);
        await client.OpenAsync(Soon);
        await using MqttSubscription one = await client.SubscribeAsync("one", cancellationToken: Soon);
        await using MqttSubscription secret = await client.SubscribeAsync("secret", cancellationToken: Soon);
        await using MqttSubscription two = await client.SubscribeAsync("two", cancellationToken: Soon);
        isForbidden = true;
        client.Abort();

        MqttException ended = await Assert.ThrowsAsync<MqttException>(() => secret.TakeAsync(1, Soon));
        Assert.Equal(MqttErrorCode.PacketRejected, ended.Code);
        Assert.Contains("SUBSCRIBE of \"secret\"", ended.Message, StringComparison.Ordinal);
        await client.PublishAsync("one", "x", Qos1, cancellationToken: Soon);
        await client.PublishAsync("two", "x", Qos1, cancellationToken: Soon);
        Assert.Single(await one.TakeAsync(1, Soon));
        Assert.Single(await two.TakeAsync(1, Soon));

        MqttException refused = await Assert.ThrowsAsync<MqttException>(() => client.SubscribeAsync("secret/2", cancellationToken: Soon));
        Assert.Equal(MqttErrorCode.PacketRejected, refused.Code);
        await client.PublishAsync("one", "x", Qos1, cancellationToken: Soon);
        Assert.Single(await one.TakeAsync(1, Soon));
    }

    [Fact]
    public async Task A_wanted_filter_without_a_stream_that_ends_the_connection_is_not_asked_for_any_more()
    {
        await using ClosingServer server = new ClosingServer("mqtt", packet => ClosingServer.Name(packet).Contains("secret", StringComparison.Ordinal)).Start();
        var lines = new ConcurrentQueue<string>();
        await using MqttClient client = await MqttClient.ConnectAsync(
            server.ClientOptions with
            {
                Subscriptions = [new("secret"), new("good")],
                Log = (level, line) => lines.Enqueue($"{level} {line}"),
            },
            Soon);
        Task settled = client.When(change => change.Cause?.Code == MqttErrorCode.PacketRejected);
        await settled.WaitAsync(Soon);
        await client.PublishAsync("x", "x", Qos1, cancellationToken: Soon);
        Assert.Contains("Subscribe good", server.Taken);
        Assert.Single(
            lines,
            line => line.StartsWith("Warning A request is given up: ", StringComparison.Ordinal) && line.Contains("\"secret\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Resets_never_fail_a_message()
    {
        int left = 12;
        await using ClosingServer server = new ClosingServer("mqtt", packet => ClosingServer.Name(packet) == "a" && --left >= 0) { Resets = true }.Start();
        await using MqttClient client = await MqttClient.ConnectAsync(server.ClientOptions, Soon);
        await client.PublishAsync("a", "x", Qos1, cancellationToken: Soon);
        Assert.Equal(13, server.Connections);
    }

    [Fact]
    public async Task Ends_before_the_answer_to_PINGREQ_never_fail_a_message()
    {
        int left = 12;
        await using ClosingServer server =
            new ClosingServer("mqtt", packet => packet.Header.Type is PacketType.PingReq or PacketType.Publish && --left >= 0).Start();
        await using MqttClient client = await MqttClient.ConnectAsync(server.ClientOptions, Soon);
        await client.PublishAsync("a", "x", Qos1, cancellationToken: Soon);
        Assert.Equal(13, server.Connections);
    }

    [Fact]
    public async Task Two_ends_and_an_answer_begin_the_count_anew()
    {
        int hated = 0;
        await using ClosingServer server = new ClosingServer("mqtt", packet => ClosingServer.Name(packet) == "a" && ++hated % 4 != 0).Start();
        await using MqttClient client = await MqttClient.ConnectAsync(server.ClientOptions, Soon);
        for (int i = 0; i < 5; i++)
        {
            await client.PublishAsync("b", "x", Qos1, cancellationToken: Soon);
            if (hated % 4 == 0) hated++; // two ends alone at the most: one of the three is that of the burst
            await client.PublishAsync("a", "x", Qos1, cancellationToken: Soon);
        }

        Assert.Equal(5, server.Taken.Count(taken => taken == "Publish a"));
    }

    [Theory]
    [InlineData("mqtt")]
    [InlineData("ws")]
    public async Task A_broker_that_is_restarted_five_times_under_load_fails_nothing(string scheme)
    {
        string address = $"{scheme}://127.0.0.1:{FreePort.Take()}{(scheme == "ws" ? "/mqtt" : "")}";
        var options = new MqttBrokerOptions { Listeners = [address] };
        MqttBroker broker = await MqttBroker.StartAsync(options);
        using var over = new CancellationTokenSource();
        Task[] loads;
        await using (var client = new MqttClient(new MqttClientOptions
        {
            Address = address,
            ReconnectDelay = TimeSpan.FromMilliseconds(10),
            MaxReconnectDelay = TimeSpan.FromMilliseconds(50),
            RepublishQos2 = true,
        }))
        {
            await client.OpenAsync(Soon);
            await using MqttSubscription messages = await client.SubscribeAsync("load/#", (in MqttMessageView _) => { }, Qos1, Soon);
            loads = [.. Enumerable.Range(0, 12).Select(i => LoadAsync(client, $"load/{i}", (QualityOfService)(i % 3), over.Token))];
            for (int restart = 0; restart < 5; restart++)
            {
                Task back = client.When(change => change.To == MqttClientState.Connected);
                await broker.DisposeAsync();
                broker = await MqttBroker.StartAsync(options);
                await back.WaitAsync(Soon);
                await client.PublishAsync("load/x", "x", Qos1, cancellationToken: Soon);
            }

            await over.CancelAsync();
            await Task.WhenAll(loads);
        }

        await broker.DisposeAsync();
    }

    private static ConcurrentQueue<string> EndsOf(MqttClient client)
    {
        var ends = new ConcurrentQueue<string>();
        client.StateChanged += change =>
        {
            if (change.To == MqttClientState.Reconnecting) ends.Enqueue(change.Cause!.Message);
        };
        return ends;
    }

    /// <summary>Each connection but the last has ended, and exactly three ends were counted against the packet. The server may read the packet and end the
    /// connection before the client has noted that its write is done: such an end is not counted, as that of the burst.</summary>
    private static void ExpectConnections(ClosingServer server, ConcurrentQueue<string> ends)
    {
        string[] counts = [.. ends.Select(end => Regex.Match(end, @"""poison"".*\((\d) in a row\)").Groups[1].Value)];
        Assert.Equal(["1", "2", "3"], counts.Where(count => count.Length > 0));
        Assert.Equal(counts.Length + 1, server.Connections);
        Assert.InRange(server.Connections, 5, 8);
    }

    /// <summary>Publishes until it is over, and six times at least.</summary>
    private static async Task LoadAsync(MqttClient client, string topic, QualityOfService qos, CancellationToken over)
    {
        for (int sent = 0; sent <= 5 || !over.IsCancellationRequested; sent++)
        {
            try
            {
                await client.PublishAsync(topic, "x", qos, cancellationToken: Soon);
            }
            catch (MqttException lost) when (qos == Qos2 && lost.Code == MqttErrorCode.SessionLost)
            {
                // this broker keeps its sessions in memory
            }

            if (qos == Qos0) await Task.Yield();
        }
    }
}
