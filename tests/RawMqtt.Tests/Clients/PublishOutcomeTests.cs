// SPDX-License-Identifier: MIT

using RawMqtt.Codec;

namespace RawMqtt.Tests.Clients;

/// <summary>How the await of a publish ends: by an answer, late or in time, by cancelling, or by the end of its client.</summary>
public class PublishOutcomeTests
{
    private const QualityOfService Qos1 = QualityOfService.AtLeastOnce;

    private static CancellationToken Soon => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    [Fact]
    public async Task Taking_the_result_too_early_harms_nobody_else()
    {
        int pings = 0;
        await using var server = new SmallServer();
        server.Answer = (packet, output) =>
        {
            if (packet.Header.Type == PacketType.Publish) return true;
            if (packet.Header.Type == PacketType.PingReq) output.Write(new PubAckPacket { PacketId = (ushort)++pings });
            return SmallServer.AcknowledgeAll(packet, output);
        };
        await using MqttClient client = await MqttClient.ConnectAsync(server.Address, Soon);
        ValueTask first = client.PublishAsync("a", "1", Qos1, cancellationToken: Soon);
#pragma warning disable CA2012 // that is what is tested
        Assert.Throws<InvalidOperationException>(() => first.GetAwaiter().GetResult());
#pragma warning restore CA2012
        Task second = client.PublishAsync("a", "2", Qos1, cancellationToken: Soon).AsTask();
        await client.PingAsync(Soon);
        await first;
        Assert.False(second.IsCompleted);
        await client.PingAsync(Soon);
        await second.WaitAsync(Soon);
    }

    [Fact]
    public async Task A_cancelled_publish_is_not_sent_if_it_waits()
    {
        await using var server = new SmallServer();
        await using var client = new MqttClient(new MqttClientOptions { Address = server.Address });
        using var cancel = new CancellationTokenSource();
        ValueTask first = client.PublishAsync("a", "1", Qos1, cancellationToken: cancel.Token);
        ValueTask second = client.PublishAsync("a", "2", Qos1, cancellationToken: Soon);
        await cancel.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(async () => await first);
        await client.OpenAsync(Soon);
        await second;
        Assert.Equal(1, server.Received.Count(type => type == "Publish"));
    }

    [Fact]
    public async Task A_cancelled_publish_that_was_sent_goes_on_without_its_caller()
    {
        await using var server = new SmallServer { Answer = ServerAnswers.Silence(PacketType.Publish) };
        await using MqttClient client = await MqttClient.ConnectAsync(server.Address, Soon);
        using var cancel = new CancellationTokenSource();
        ValueTask publish = client.PublishAsync("a", "1", Qos1, cancellationToken: cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(async () => await publish);
        Assert.Equal(1, client.Statistics.InFlight);
        await Assert.ThrowsAsync<TaskCanceledException>(async () => await client.PublishAsync("a", "1", Qos1, cancellationToken: cancel.Token));
    }

    [Fact]
    public async Task A_late_acknowledgement_ends_the_await_and_not_the_delivery()
    {
        var time = new ManualTime();
        var held = new List<ushort>();
        await using var server = new SmallServer();
        server.Answer = (packet, output) =>
        {
            if (packet.Header.Type != PacketType.Publish) return SmallServer.AcknowledgeAll(packet, output);
            PublishPacket.TryRead(packet.Header, packet.Body, out PublishPacket publish, out _);
            held.Add(publish.PacketId);
            if (held.Count == 3) foreach (ushort id in held) output.Write(new PubAckPacket { PacketId = id });
            return true;
        };
        await using MqttClient client = await MqttClient.ConnectAsync(
            new MqttClientOptions { Address = server.Address, TimeProvider = time, KeepAlive = TimeSpan.Zero, AckTimeout = TimeSpan.FromSeconds(10) }, Soon);
        Task first = client.PublishAsync("a", "1", Qos1, cancellationToken: Soon).AsTask();
        time.Advance(TimeSpan.FromSeconds(5));
        Task second = client.PublishAsync("a", "2", Qos1, cancellationToken: Soon).AsTask();
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(MqttErrorCode.AckTimeout, (await Assert.ThrowsAsync<MqttException>(() => first)).Code);
        time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.False(second.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(MqttErrorCode.AckTimeout, (await Assert.ThrowsAsync<MqttException>(() => second)).Code);
        Assert.Equal(2, client.Statistics.InFlight);

        await client.PublishAsync("a", "3", Qos1, cancellationToken: Soon); // and now all three are acknowledged
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal((0, 1), (client.Statistics.InFlight, server.Connections));
    }

    [Fact]
    public async Task A_late_SUBACK_or_UNSUBACK_ends_the_await()
    {
        var time = new ManualTime();
        await using var server = new SmallServer();
        server.Answer = (packet, output) => packet.Header.Type is PacketType.Subscribe or PacketType.Unsubscribe || SmallServer.AcknowledgeAll(packet, output);
        await using MqttClient client = await MqttClient.ConnectAsync(
            new MqttClientOptions { Address = server.Address, TimeProvider = time, KeepAlive = TimeSpan.Zero, AckTimeout = TimeSpan.FromSeconds(10) }, Soon);
        Task subscribing = client.SubscribeAsync("a", cancellationToken: Soon);
        time.Advance(TimeSpan.FromSeconds(5));
        Task unsubscribing = client.UnsubscribeAsync("b", Soon);
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(MqttErrorCode.AckTimeout, (await Assert.ThrowsAsync<MqttException>(() => subscribing)).Code);
        Assert.False(unsubscribing.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(MqttErrorCode.AckTimeout, (await Assert.ThrowsAsync<MqttException>(() => unsubscribing)).Code);
        await client.PublishAsync("c", "x", Qos1, cancellationToken: Soon);
        // the second of them ends what the server may have granted
        Assert.Equal(["Connect", "Subscribe", "Unsubscribe", "Unsubscribe", "Publish"], server.Received);
    }

    [Fact]
    public async Task An_answered_await_is_not_ended_later()
    {
        var time = new ManualTime();
        await using var server = new SmallServer();
        await using MqttClient client = await MqttClient.ConnectAsync(
            new MqttClientOptions { Address = server.Address, TimeProvider = time, KeepAlive = TimeSpan.Zero, AckTimeout = TimeSpan.FromSeconds(10) }, Soon);
        await using MqttSubscription messages = await client.SubscribeAsync("a", cancellationToken: Soon);
        for (int i = 0; i < 100; i++)
        {
            await client.PublishAsync("a", "x", (QualityOfService)(i % 3), cancellationToken: Soon);
            time.Advance(TimeSpan.FromSeconds(3));
        }

        Assert.Equal((0, 0, 1), (client.Statistics.InFlight, client.Statistics.Queued, server.Connections));
    }

    [Fact]
    public async Task Disconnect_drains_and_reports_what_is_left()
    {
        await using var server = new SmallServer { Answer = ServerAnswers.Silence(PacketType.Publish) };
        await using MqttClient client = await MqttClient.ConnectAsync(new MqttClientOptions { Address = server.Address, MaxInFlight = 1 }, Soon);
        ValueTask first = client.PublishAsync("a", "1", Qos1, cancellationToken: Soon);
        ValueTask second = client.PublishAsync("a", "2", Qos1, cancellationToken: Soon);
        MqttDrainResult left = await client.DisconnectAsync(TimeSpan.FromMilliseconds(20), Soon);
        Assert.Equal(new MqttDrainResult(Queued: 1, InFlight: 1), left);
        Assert.Equal(MqttErrorCode.SessionLost, await CodeOf(first));
        Assert.Equal(MqttErrorCode.NotConnected, await CodeOf(second));
        await server.HasReceived("Disconnect", 1);
        Assert.Equal(MqttErrorCode.NotConnected, await CodeOf(client.PublishAsync("a", "3", Qos1, cancellationToken: Soon)));
    }

    [Fact]
    public async Task Dispose_settles_everything_that_waits()
    {
        await using var server = new SmallServer
        {
            Answer = (packet, output) => packet.Header.Type != PacketType.Connect
            || SmallServer.AcknowledgeAll(packet, output)
        };
        MqttClient client = await MqttClient.ConnectAsync(new MqttClientOptions { Address = server.Address, CleanSession = false }, Soon);
        var tasks = new List<Task> { client.PublishAsync("a", "1", Qos1, cancellationToken: Soon).AsTask(), client.SubscribeAsync("a", cancellationToken: Soon),
            client.UnsubscribeAsync("b", Soon), client.PingAsync(Soon) };
        await client.DisposeAsync();
        foreach (Task task in tasks) Assert.IsType<MqttException>(await Record.ExceptionAsync(() => task));
        Assert.Equal(MqttClientState.Closed, client.State);
        Assert.Equal(MqttErrorCode.Disposed, await CodeOf(client.PublishAsync("a", "1", cancellationToken: Soon)));
        Assert.Equal(MqttErrorCode.Disposed, (await Assert.ThrowsAsync<MqttException>(() => client.OpenAsync(Soon))).Code);
    }

    private static async Task<MqttErrorCode> CodeOf(ValueTask publish) => (await Assert.ThrowsAsync<MqttException>(async () => await publish)).Code;
}
