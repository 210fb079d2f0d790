// SPDX-License-Identifier: MIT

using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using RawMqtt.Tests.Codec.Vectors;
using RawMqtt.Tests.Serving;
using RawMqtt.Tests.Transports;
using RawMqtt.Transports;
using RawMqtt.WebSockets;

namespace RawMqtt.Tests;

/// <summary>The broker as a program uses it, behind real sockets and without.</summary>
public sealed class MqttBrokerTests : IDisposable
{
    private const string Connect = "10 0d | 00 04 'MQTT' 04 02 00 00 | 00 01 'c'";

    private readonly BrokerSockets sockets = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => sockets.Dispose();

    [Theory]
    [InlineData("mqtt", 1)]
    [InlineData("mqtt", 2)]
    [InlineData("ws", 1)]
    [InlineData("ws", 2)]
    public async Task A_burst_far_beyond_the_window_arrives_whole_and_in_order(string scheme, int qos)
    {
        const int Count = 3000;
        await using MqttBroker broker = await sockets.StartAsync(scheme);
        await using Stream subscriber = await sockets.DialAsync(broker);
        await subscriber.WriteAsync(ByteText.Parse($"{Connect} | 82 06 00 01 00 01 'a' {qos:x2}"), Token);
        await BrokerSockets.ReadAsync(subscriber, 9);
        await using Stream publisher = await sockets.DialAsync(broker);
        await publisher.WriteAsync(ByteText.Parse(Connect.Replace("'c'", "'p'")), Token);
        byte[] burst = [.. Enumerable.Range(1, Count)
            .SelectMany(i => (byte[])[(byte)(0x30 | qos << 1), 7, 0, 1, (byte)'a', (byte)(i >> 8), (byte)i, (byte)(i >> 8), (byte)i])];
        Task publishing = publisher.WriteAsync(burst, Token).AsTask();
        Task<byte[]> acknowledged = BrokerSockets.ReadAsync(publisher, 4 + 4 * Count);

        for (int i = 1; i <= Count;)
        {
            byte[] packet = await BrokerSockets.ReadAsync(subscriber, 2);
            byte[] body = await BrokerSockets.ReadAsync(subscriber, packet[1]);
            if (packet[0] == 0x62)
            {
                await subscriber.WriteAsync((byte[])[0x70, 2, .. body], Token);
                continue;
            }

            Assert.Equal(i++, body[5] << 8 | body[6]);
            await subscriber.WriteAsync((byte[])[(byte)(qos == 1 ? 0x40 : 0x50), 2, body[3], body[4]], Token);
        }

        await publishing;
        Assert.Equal(4 + 4 * Count, (await acknowledged).Length);
        Assert.Equal(0, broker.Statistics.MessagesDropped);
    }

    [Fact]
    public async Task In_memory_there_is_no_socket()
    {
        await using MqttBroker broker = await MqttBroker.StartAsync(new MqttBrokerOptions { Listeners = [] }, Token);
        await using Stream stream = broker.Connect();
        await stream.WriteAsync(ByteText.Parse(Connect + " | 82 06 00 01 00 01 'a' 00 | 30 04 00 01 'a' 'x' | e0 00"), Token);

        Assert.Equal(ByteText.Parse("20 02 00 00 | 90 03 00 01 00 | 30 04 00 01 'a' 'x'"), await BrokerSockets.ReadAsync(stream, 100));
    }

    [Fact]
    public async Task The_program_publishes_subscribes_lists_and_disconnects()
    {
        await using MqttBroker broker = await sockets.StartAsync("mqtt");
        broker.Publish("kept", "1", QualityOfService.AtLeastOnce, retain: true);
        using MqttBrokerSubscription all = broker.Subscribe("#");
        await using Stream stream = await sockets.DialAsync(broker);
        await stream.WriteAsync(ByteText.Parse(Connect + " | 82 06 00 01 00 01 'a' 00 | 32 06 00 01 'b' 00 01 'x'"), Token);
        await BrokerSockets.ReadAsync(stream, 13);
        broker.Publish("a", "2");
        Assert.Equal(ByteText.Parse("30 04 00 01 'a' '2'"), await BrokerSockets.ReadAsync(stream, 6));

        MqttBrokerClient client = Assert.Single(broker.Clients);
        Assert.Equal(("c", true, 1), (client.ClientId, client.IsConnected, client.Subscriptions));
        Assert.Equal(IPAddress.Loopback, client.RemoteAddress!.Address);
        Assert.True(broker.Disconnect("c"));
        Assert.False(broker.Disconnect("nobody"));
        Assert.Empty(await BrokerSockets.ReadAsync(stream, 1));

        all.Dispose();
        var got = new List<string>();
        await foreach (MqttMessage message in all.WithCancellation(Token)) got.Add($"{message.Topic}={message.PayloadText} {message.Retain}");
        Assert.Equal(["kept=1 True", "b=x False", "a=2 False"], got);
        Assert.Throws<ArgumentException>(() => broker.Publish("a/#", ""));
        Assert.Throws<ArgumentException>(() => broker.Subscribe("a#"));
        Assert.Throws<ArgumentException>(() => broker.Publish(new string('/', 200), "", retain: true));
        Assert.Throws<ArgumentException>(() => broker.Subscribe(new string('/', 200)));
    }

    [Fact]
    public async Task Stopping_sends_what_waits_and_closes_with_1001()
    {
        MqttBroker broker = await sockets.StartAsync("ws");
        await using var stream = (WebSocketStream)await sockets.DialAsync(broker);
        await stream.WriteAsync(ByteText.Parse(Connect + " | 82 06 00 01 00 01 'a' 00"), Token);
        await BrokerSockets.ReadAsync(stream, 9);
        broker.Publish("a", new string('x', 100_000));
        Task stopping = broker.StopAsync(Token);

        Assert.Equal(100_000 + 7, (await BrokerSockets.ReadAsync(stream, 200_000)).Length);
        Assert.Equal(CloseCode.GoingAway, stream.CloseCode);
        await stopping;
        await Assert.ThrowsAnyAsync<MqttException>(() => sockets.DialAsync(broker));
    }

    [Fact]
    public async Task What_cannot_be_listened_on_is_said_so()
    {
        await using MqttBroker broker = await sockets.StartAsync("mqtt");
        MqttException taken =
            await Assert.ThrowsAsync<MqttException>(() => MqttBroker.StartAsync(new MqttBrokerOptions { Listeners = broker.Addresses }, Token));
        Assert.Equal(MqttErrorCode.ListenFailed, taken.Code);
        MqttException bare =
            await Assert.ThrowsAsync<MqttException>(() => MqttBroker.StartAsync(new MqttBrokerOptions { Listeners = ["mqtts://127.0.0.1:0"] }, Token));
        Assert.Equal(MqttErrorCode.InvalidOptions, bare.Code);
        await Assert.ThrowsAsync<MqttException>(() => MqttBroker.StartAsync(new MqttBrokerOptions { Listeners = [], TrustedProxies = ["proxy"] }, Token));
    }

    [Fact]
    public async Task The_system_topics_are_there_and_can_be_switched_off()
    {
        await using MqttBroker broker = await sockets.StartAsync(
            "mqtt", o => o with { SystemTopicsInterval = TimeSpan.FromSeconds(10), TimeProvider = new SettableTime() }); // so that 0 seconds have passed
        using MqttBrokerSubscription system = broker.Subscribe("$SYS/#");
        system.Dispose();
        var got = new Dictionary<string, string>();
        await foreach (MqttMessage message in system.WithCancellation(Token)) got.Add(message.Topic, message.PayloadText);
        Assert.Equal("0", got["$SYS/broker/clients/connected"]);
        Assert.Equal("0 seconds", got["$SYS/broker/uptime"]);

        await using MqttBroker quiet = await sockets.StartAsync("mqtt");
        using MqttBrokerSubscription nothing = quiet.Subscribe("$SYS/#");
        nothing.Dispose();
        await foreach (MqttMessage message in nothing.WithCancellation(Token)) Assert.Fail(message.Topic);
    }

    [Fact]
    public async Task Meters_show_the_counters()
    {
        await using MqttBroker broker = await sockets.StartAsync("mqtt");
        await using Stream stream = await sockets.DialAsync(broker);
        await stream.WriteAsync(ByteText.Parse(Connect + " | 32 06 00 01 'b' 00 01 'x'"), Token);
        await BrokerSockets.ReadAsync(stream, 8);
        var seen = new Dictionary<string, double>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            { if (instrument.Meter.Name == "RawMqtt.Broker") self.EnableMeasurementEvents(instrument); }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) =>
            seen[instrument.Name] = Math.Max(seen.GetValueOrDefault(instrument.Name), value));
        listener.SetMeasurementEventCallback<int>((instrument, value, _, _) =>
            seen[instrument.Name] = Math.Max(seen.GetValueOrDefault(instrument.Name), value));
        listener.Start();
        listener.RecordObservableInstruments();

        Assert.True(seen["rawmqtt.broker.connections"] >= 1 && seen["rawmqtt.broker.messages.received"] >= 1 && seen["rawmqtt.broker.clients"] >= 1);
    }

    [Fact]
    public async Task What_waits_for_the_program_is_bounded_and_clients_miss_nothing()
    {
        await using MqttBroker broker = await sockets.StartAsync("mqtt", o => o with { Limits = new() { MaxProgramBytes = 1000 } });
        using MqttBrokerSubscription lazy = broker.Subscribe("a");
        await using Stream stream = await sockets.DialAsync(broker);
        await stream.WriteAsync(ByteText.Parse(Connect + " | 82 06 00 01 00 01 'a' 00"), Token);
        await BrokerSockets.ReadAsync(stream, 9);
        for (int i = 0; i < 5; i++) broker.Publish("a", new string('x', 300));

        Assert.Equal(5 * 306, (await BrokerSockets.ReadAsync(stream, 5 * 306)).Length);
        Assert.Equal((4, 4), (lazy.Dropped, broker.Statistics.ProgramDropped));
    }

    [Fact]
    public async Task A_stop_waits_no_longer_than_its_time_for_a_client_that_does_not_read()
    {
        MqttBroker broker = await sockets.StartAsync("mqtt",
            o => o with { StopTimeout = TimeSpan.FromMilliseconds(1), Limits = new() { MaxOutgoingBytes = 64 << 20 } });
        await using Stream stream = await sockets.DialAsync(broker);
        await stream.WriteAsync(ByteText.Parse(Connect + " | 82 06 00 01 00 01 'a' 00"), Token);
        await BrokerSockets.ReadAsync(stream, 9);
        for (int i = 0; i < 40; i++) broker.Publish("a", new byte[1 << 20]);
        await broker.StopAsync(Token);

        int ended = (await BrokerSockets.ReadToEndAsync(stream)).Length;
        Assert.InRange(ended, 0, 40 << 20);
        await broker.DisposeAsync();
    }

    [Fact]
    public async Task A_sweep_that_fails_is_logged_and_the_next_one_comes()
    {
        var time = new SettableTime();
        var logged = new TaskCompletionSource<string>();
        await using MqttBroker broker = await MqttBroker.StartAsync(new MqttBrokerOptions
        {
            Listeners = [],
            SystemTopicsInterval = TimeSpan.Zero,
            TimeProvider = time,
            Log = (_, line) => logged.TrySetResult(line)
        }, Token);
        await using Stream silent = broker.Connect();
        time.FailOnce(new TimeoutException("no time"));
        Assert.StartsWith("event=fault error=\"System.TimeoutException: no time", await logged.Task.WaitAsync(Token));
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(0, await silent.ReadAsync(new byte[1], Token));
    }

    [Fact]
    public async Task A_broker_starts_again_on_the_port_that_clients_were_connected_to()
    {
        MqttBroker broker = await sockets.StartAsync("mqtt", o => o with { Listeners = [$"mqtt://127.0.0.1:{FreePort.Take()}"] });
        await using Stream stream = await sockets.DialAsync(broker);
        await stream.WriteAsync(ByteText.Parse(Connect), Token);
        await BrokerSockets.ReadAsync(stream, 4);
        await broker.StopAsync(Token);
        await using MqttBroker again = await sockets.StartAsync("mqtt", o => o with { Listeners = broker.Addresses });
        await using Stream other = await sockets.DialAsync(again);
        await other.WriteAsync(ByteText.Parse(Connect), Token);

        Assert.Equal(4, (await BrokerSockets.ReadAsync(other, 4)).Length);
        Assert.Equal(broker.Addresses, again.Addresses);
        await broker.DisposeAsync();
    }

    /// <summary>A message that takes longer than the time for one piece of it, over a line on which each piece arrives in time.</summary>
    [Theory]
    [InlineData("mqtt")]
    [InlineData("ws")]
    public async Task A_client_that_reads_slowly_and_goes_on_is_not_too_slow(string scheme)
    {
        const int Step = 20 << 20; // more than the system's buffers hold
        var time = new SettableTime();
        await using MqttBroker broker = await sockets.StartAsync(scheme, o => o with { TimeProvider = time });
        using TcpClient client = scheme == "ws" ? await BrokerSockets.UpgradeAsync(broker) : new TcpClient("127.0.0.1", new Uri(broker.Addresses[0]).Port);
        client.ReceiveBufferSize = 1 << 20; // as it stands: the system lets it grow no more
        NetworkStream slow = client.GetStream();
        byte[] begin = ByteText.Parse(Connect + " | 82 06 00 01 00 01 'a' 01");
        await slow.WriteAsync(scheme == "ws" ? [0x82, (byte)(0x80 | begin.Length), 0, 0, 0, 0, .. begin] : begin, Token);
        await BrokerSockets.ReadAsync(slow, scheme == "ws" ? 11 : 9);
        broker.Publish("a", new byte[4 * Step], QualityOfService.AtLeastOnce);
        for (int i = 1; i <= 4; i++)
        {
            await using Stream silent = await sockets.DialAsync(broker);
            await silent.WriteAsync(ByteText.Parse("10 0d | 00 04 'MQTT' 04 02 00 01 | 00 01 's'"), Token);
            await BrokerSockets.ReadAsync(silent, 4);
            time.Advance(TimeSpan.FromSeconds(10));
            Assert.Empty(await BrokerSockets.ReadAsync(silent, 1)); // the broker has looked at its deadlines
            Assert.Equal(Step, (await BrokerSockets.ReadAsync(slow, Step)).Length);
        }

        Assert.Equal((4, 0), (broker.Statistics.KeepAlivesExpired, broker.Statistics.TooSlow));
    }
}
