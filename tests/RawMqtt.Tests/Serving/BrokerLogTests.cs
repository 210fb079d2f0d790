// SPDX-License-Identifier: MIT

using System.Collections.Concurrent;
using RawMqtt.Serving;
using static RawMqtt.Tests.Serving.MemoryExchange;

namespace RawMqtt.Tests.Serving;

/// <summary>The lines that a broker hands to its log.</summary>
public sealed class BrokerLogTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_log_has_a_line_for_each_end()
    {
        var lines = new List<string>();
        MqttBroker broker = await StartAsync(o => o with { Log = (_, line) => lines.Add(line) }, Token);
        await ExchangeAsync(broker, "10 0d | 00 04 'MQTT' 04 02 00 00 | 00 01 'c' | 36 00", Token);
        await broker.DisposeAsync();

        string line = Assert.Single(lines, line => line.StartsWith("event=ended ", StringComparison.Ordinal));
        Assert.StartsWith("event=ended client=\"c\" ", line);
        Assert.Contains("reason=ProtocolViolation violation=\"[MQTT-3.3.1-4]", line);
    }

    [Fact]
    public async Task What_a_client_calls_itself_cannot_forge_a_line_of_the_log()
    {
        var lines = new List<string>();
        MqttBroker broker = await StartAsync(o => o with { Log = (_, line) => lines.Add(line) }, Token);
        await ExchangeAsync(broker, "10 0f | 00 04 'MQTT' 04 02 00 00 | 00 03 'c' 22 0a | e0 00", Token);
        await broker.DisposeAsync();

        string line = Assert.Single(lines, line => line.StartsWith("event=ended ", StringComparison.Ordinal));
        Assert.StartsWith("event=ended client=\"c\\u0022\\u000a\" address=", line);
        Assert.Equal($"\"{new string('c', 256)}...\"", RawMqtt.Serving.BrokerLog.Quote(new string('c', 65_535)));
    }

    [Fact]
    public async Task A_log_that_throws_misses_one_line()
    {
        var lines = new List<string>();
        MqttBroker broker = await StartAsync(o => o with
        {
            Log = (_, line) =>
            {
                lines.Add(line);
                if (lines.Count == 1) throw new InvalidOperationException("broken");
            },
        }, Token);
        for (int i = 0; i < 2; i++) await ExchangeAsync(broker, "10 0d | 00 04 'MQTT' 04 02 00 00 | 00 01 'c' | e0 00", Token);
        await broker.DisposeAsync();
        Assert.Equal(4, lines.Count); // two connect, two end
    }

    [Fact]
    public async Task Of_a_kind_that_floods_twenty_lines_a_second_are_delivered_and_then_how_many_more()
    {
        var lines = new ConcurrentQueue<string>();
        var time = new ManualTime();
        var log = new BrokerLog((level, line) => lines.Enqueue($"{level} {line}"), limit: 1 << 20, time);
        int made = 0;
        for (int i = 0; i < 100; i++) log.Add(MqttLogLevel.Warning, "ended", $"number={++made}");
        log.Add(MqttLogLevel.Information, "ended", $"usual={true}"); // the usual ends take no room from the others
        log.Add(MqttLogLevel.Information, "connected", $"other={true}");
        time.Advance(TimeSpan.FromMilliseconds(999));
        log.EndSecond();
        time.Advance(TimeSpan.FromMilliseconds(1));
        log.EndSecond();
        for (int i = 0; i < 21; i++) log.Add(MqttLogLevel.Warning, "ended", $"next={i}");
        await log.CompleteAsync();

        string[] expected =
        [
            .. Enumerable.Range(1, 20).Select(number => $"Warning event=ended number={number}"),
            "Information event=ended usual=True",
            "Information event=connected other=True",
            "Warning event=ended more=80 text=\"and 80 more\"",
            .. Enumerable.Range(0, 20).Select(number => $"Warning event=ended next={number}"),
            "Warning event=ended more=1 text=\"and 1 more\"",
        ];
        Assert.Equal(expected, lines);
        Assert.Equal(20, made); // a line that is left out is not made
    }

    [Fact]
    public async Task The_log_of_a_broker_tells_what_it_left_out_when_the_second_is_over()
    {
        var time = new ManualTime();
        var lines = new ConcurrentQueue<string>();
        var more = new TaskCompletionSource();
        await using MqttBroker broker = await StartAsync(o => o with
        {
            TimeProvider = time,
            Log = (_, line) =>
            {
                lines.Enqueue(line);
                if (line == "event=ended more=30 text=\"and 30 more\"") more.TrySetResult();
            },
        }, Token);
        for (int i = 0; i < 50; i++) await ExchangeAsync(broker, "10 0d | 00 04 'MQTT' 04 02 00 00 | 00 01 'c' | e0 00", Token);
        await time.AdvanceUntil(more.Task);
        Assert.Equal(20, lines.Count(line => line.StartsWith("event=connected client=", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_log_that_nobody_reads_costs_its_queue_and_the_broker_goes_on()
    {
        const int Limit = 16 * 1024;
        var time = new ManualTime();
        var lines = new ConcurrentQueue<string>();
        using var released = new ManualResetEventSlim();
        MqttBroker broker = await StartAsync(o => o with
        {
            TimeProvider = time,
            Limits = new() { MaxProgramBytes = Limit },
            Log = (_, line) =>
            {
                released.Wait(CancellationToken.None);
                lines.Enqueue(line);
            },
        }, Token);

        // each connection is two lines; the clock moves, so that the limit per second leaves none of them out
        const int Connections = 200;
        for (int i = 0; i < Connections; i++)
        {
            if (i % 10 == 0) time.Advance(TimeSpan.FromSeconds(1));
            byte[] answer = await ExchangeAsync(broker, "10 0d | 00 04 'MQTT' 04 02 00 00 | 00 01 'c' | 32 06 00 01 'a' 00 01 'x' | e0 00", Token);
            Assert.Equal([0x20, 2, 0, 0, 0x40, 2, 0, 1], answer);
        }

        Assert.Empty(lines);
        Assert.Equal(Connections, broker.Statistics.MessagesReceived);
        long dropped = broker.Statistics.ProgramDropped;
        Assert.InRange(dropped, (2 * Connections) - (Limit / 256) - 1, 2 * Connections);

        released.Set();
        await broker.DisposeAsync();
        Assert.InRange(lines.Sum(line => line.Length), 1, Limit);
        Assert.Contains($"event=log-dropped lines={dropped} limit=MaxProgramBytes", lines);
        Assert.Equal(2 * Connections, dropped + lines.Count(line => line.Contains(" client=", StringComparison.Ordinal)));
    }
}
