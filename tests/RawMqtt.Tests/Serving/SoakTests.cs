// SPDX-License-Identifier: MIT

using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using RawMqtt.Dialling;
using RawMqtt.Tests.Codec.Vectors;

namespace RawMqtt.Tests.Serving;

/// <summary>Mixed clients with faults at random over real sockets: memory stays flat, nothing leaks, and the counters add up.</summary>
[Collection(MeasuresMemory.Name)]
public class SoakTests(ITestOutputHelper output)
{
    private const int Workers = 12;

    [Fact]
    public Task Half_a_minute() => SoakAsync(TimeSpan.FromSeconds(30), leastConnections: 50);

    /// <summary>By name only: <c>dotnet run --project tests/RawMqtt.Tests -c Release -- -explicit only -method
    /// RawMqtt.Tests.Serving.SoakTests.An_hour</c>.</summary>
    [Fact(Explicit = true)]
    public Task An_hour() => SoakAsync(TimeSpan.FromHours(1), leastConnections: 100_000);

    private async Task SoakAsync(TimeSpan duration, int leastConnections)
    {
        int seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var heard = new Dictionary<MqttBrokerEventKind, long>();
        long ended = 0;
        var options = new MqttBrokerOptions
        {
            Listeners = ["mqtt://127.0.0.1:0", "ws://127.0.0.1:0/mqtt"],
            Limits = new MqttBrokerLimits
            {
                MaxRetainedMessages = 50,
                MaxQueuedMessages = 100,
                MaxOutgoingBytes = 64 * 1024,
                MaxHoldTime = TimeSpan.FromMilliseconds(200),
                MaxProgramBytes = 256 << 20
            },
            SystemTopicsInterval = TimeSpan.FromSeconds(1),
            Observe = happened =>
            {
                heard[happened.Kind] = heard.GetValueOrDefault(happened.Kind) + 1;
                return ValueTask.CompletedTask;
            },
            Log = (_, line) => ended += EndsIn(line),
        };
        MqttBroker broker = await MqttBroker.StartAsync(options, TestContext.Current.CancellationToken);
        var watch = Stopwatch.StartNew();
        TimeSpan warm = duration / 4;
        Task[] workers = [.. Enumerable.Range(0, Workers).Select(i => Task.Run(() => WorkAsync(broker, new Random(seed + i), () => watch.Elapsed < duration)))];
        // a soak is so long by the clock, and its first quarter is what the end is measured against
        await Task.Delay(warm, TestContext.Current.CancellationToken);
        (long memory, int handles) warmed = Measure();
        await Task.WhenAll(workers);

        await NothingIsKeptAsync(broker);
        (long memory, int handles) end = Measure();
        await broker.DisposeAsync();
        MqttBrokerStatistics counters = broker.Statistics;
        output.WriteLine($"{counters}");
        output.WriteLine($"memory {warmed.memory >> 10} -> {end.memory >> 10} KB, handles {warmed.handles} -> {end.handles}");

        Assert.True(counters.Connections > leastConnections && counters.MessagesReceived > 100 && counters.ProtocolViolations > 0);
        Assert.Equal(0, counters.ProgramDropped);
        Assert.Equal(counters.Connections, ended);
        Assert.Equal(counters.ClientsConnected, heard[MqttBrokerEventKind.Connected]);
        Assert.Equal(counters.ClientsConnected, heard[MqttBrokerEventKind.Disconnected]);
        Assert.InRange(heard[MqttBrokerEventKind.Published], 1, counters.MessagesReceived - counters.MessagesNotAllowed); // each QoS 2 message once
        Assert.InRange(end.handles, 0, warmed.handles + 20);
        Assert.InRange(end.memory - warmed.memory, long.MinValue, 32 << 20);
    }

    /// <summary>The ends that a line of the log tells: one, or those that were more than 20 in a second.</summary>
    private static int EndsIn(string line)
    {
        Match match = Regex.Match(line, @"^event=ended (?:more=(\d+) |client=)");
        return !match.Success ? 0 : match.Groups[1].Success ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : 1;
    }

    /// <summary>Without clients, the messages that the broker says that it keeps come to be the retained ones.</summary>
    private static async Task NothingIsKeptAsync(MqttBroker broker)
    {
        var figures = new Dictionary<string, string>();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        do
        {
            Assert.False(limit.IsCancellationRequested, $"{broker.Clients.Count} clients, and messages are kept: {string.Join(", ", figures)}");
            await CleanAllAsync(broker);
            using MqttBrokerSubscription system = broker.Subscribe("$SYS/broker/+/+/count");
            using MqttBrokerSubscription retained = broker.Subscribe("$SYS/broker/retained messages/count");
            system.Dispose();
            retained.Dispose();
            await foreach (MqttMessage message in system.WithCancellation(TestContext.Current.CancellationToken)) figures[message.Topic] = message.PayloadText;
            await foreach (MqttMessage message in retained.WithCancellation(TestContext.Current.CancellationToken))
                figures[message.Topic] = message.PayloadText;
            await Task.Yield();
        }
        while (figures["$SYS/broker/store/messages/count"] != figures["$SYS/broker/retained messages/count"]);
    }

    private static async Task WorkAsync(MqttBroker broker, Random random, Func<bool> goesOn)
    {
        while (goesOn())
        {
            try
            {
                await using Stream stream = await Dialer.ConnectAsync(MqttAddress.Parse(broker.Addresses[random.Next(2)]),
                    new DialOptions(), CancellationToken.None);
                await LiveAsync(stream, random, random.Next(1, 60));
            }
            catch (Exception e) when (e is IOException or MqttException or ObjectDisposedException)
            {
                // the broker ended it, as it should after a fault
            }
        }
    }

    private static async Task LiveAsync(Stream stream, Random random, int steps)
    {
        await stream.WriteAsync(ByteText.Parse(
            $"10 19 | 00 04 'MQTT' 04 {(random.Next(2) == 0 ? "06" : "04")} 00 05 | 00 01 {random.Next('a', 'z'):x2} | 00 04 't/w ' 00 04 'will'"));
        byte[] got = new byte[16 * 1024];
        Task<int>? reading = null;
        for (int i = 0; i < steps; i++)
        {
            byte id = (byte)random.Next(1, 40);
            byte topic = (byte)random.Next('0', '9');
            byte[] bytes = random.Next(12) switch
            {
                0 => ByteText.Parse($"82 08 00 {id:x2} 00 03 't/+' {random.Next(3):x2}"),
                1 => ByteText.Parse($"a2 07 00 {id:x2} 00 03 't/+'"),
                2 => [0xC0, 0],
                3 when random.Next(4) == 0 => [(byte)random.Next(256), (byte)random.Next(256), 0],
                4 => [0x62, 2, 0, id],
                5 => [0x40, 2, 0, id],
                6 => [0x50, 2, 0, id, 0x70, 2, 0, id],
                7 => [0x34, 12, 0, 3, (byte)'t', (byte)'/', topic, 0, id, 1, 2, 3, 4, 5],
                8 => [0x33, 8, 0, 3, (byte)'t', (byte)'/', topic, 0, id, 9],
                9 => [0x30, 0xFF, 0x3F, 0, 3, (byte)'t', (byte)'/', topic, .. new byte[0x1FFF - 5]],
                _ => [0x30, 8, 0, 3, (byte)'t', (byte)'/', topic, 1, 2, 3],
            };
            int cut = random.Next(bytes.Length);
            await stream.WriteAsync(bytes.AsMemory(0, cut));
            if (random.Next(200) == 0) return; // in the middle of a packet
            await stream.WriteAsync(bytes.AsMemory(cut));
            if (random.Next(3) == 0) continue; // a slow reader
            reading ??= stream.ReadAsync(got).AsTask();
            if (!reading.IsCompleted) continue;
            if (await reading == 0) return;
            reading = null;
        }

        if (random.Next(2) == 0) await stream.WriteAsync((byte[])[0xE0, 0]);
    }

    /// <summary>Ends all sessions. On a busy machine the broker may take a connection only now that its worker has left it long ago.</summary>
    private static async Task CleanAllAsync(MqttBroker broker)
    {
        while (broker.Clients.Count > 0)
        {
            foreach (MqttBrokerClient client in broker.Clients.Where(client => !client.IsConnected)) await CleanAsync(broker, client.ClientId);
            await Task.Yield();
        }
    }

    /// <summary>Takes a session over with Clean Session 1, and so ends it.</summary>
    private static async Task CleanAsync(MqttBroker broker, string clientId)
    {
        await using Stream stream = broker.Connect();
        await stream.WriteAsync((byte[])[0x10, (byte)(12 + clientId.Length), 0, 4, .. "MQTT"u8, 4, 2, 0, 0, 0, (byte)clientId.Length,
            .. System.Text.Encoding.UTF8.GetBytes(clientId), 0xE0, 0]);
        await stream.CopyToAsync(Stream.Null);
    }

    private static (long Memory, int Handles) Measure() =>
        (GC.GetTotalMemory(forceFullCollection: true), Directory.Exists("/proc/self/fd") ? Directory.GetFiles("/proc/self/fd").Length : 0);
}
