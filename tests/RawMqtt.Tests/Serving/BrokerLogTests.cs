// SPDX-License-Identifier: MIT

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
}
