// SPDX-License-Identifier: MIT

using System.Collections.Concurrent;
using static RawMqtt.Tests.Serving.MemoryExchange;

namespace RawMqtt.Tests.Serving;

/// <summary>What a program sets for full queues, and what its log says of them.</summary>
public sealed class WhenQueueFullTests
{
    private readonly ConcurrentQueue<string> lines = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_function_decides_for_each_client_and_the_option_if_it_throws()
    {
        string[] left = await FillAsync(o => o with
        {
            WhenQueueFull = MqttWhenQueueFull.DropOldest,
            ChooseWhenQueueFull = client => client.ClientId switch
            {
                "n" => MqttWhenQueueFull.DropNewest,
                "e" => MqttWhenQueueFull.EndSession,
                _ => throw new InvalidOperationException("no idea"),
            },
        });
        Assert.Equal(["n 12", "e", "x 34"], left);
        Assert.Contains(lines, line => line.Contains("event=hook-failed client=\"x\" error=\"no idea\"", StringComparison.Ordinal));
        Assert.Contains("Warning event=dropped client=\"n\" messages=1 limit=MaxQueuedMessages", lines);
        Assert.Contains("Warning event=dropped client=\"x\" messages=1 limit=MaxQueuedMessages", lines);
        string ended = Assert.Single(lines, line => line.Contains("event=session-ended ", StringComparison.Ordinal));
        Assert.StartsWith("Warning event=session-ended client=\"e\" messages=3 limit=MaxQueuedMessages hint=", ended);
    }

    [Theory]
    [InlineData(MqttWhenQueueFull.DropNewest, "n 12", "e 12", "x 12")]
    [InlineData(MqttWhenQueueFull.DropOldest, "n 34", "e 34", "x 34")]
    [InlineData(MqttWhenQueueFull.EndSession, "n", "e", "x")]
    public async Task The_option_holds_for_all_clients(MqttWhenQueueFull whenFull, params string[] expected) =>
        Assert.Equal(expected, await FillAsync(o => o with { WhenQueueFull = whenFull }));

    /// <summary>Four messages wait for three clients that are away, whose queues have room for two.</summary>
    /// <returns>The clients, with the payloads that they get when they are back.</returns>
    private async Task<string[]> FillAsync(Func<MqttBrokerOptions, MqttBrokerOptions> change)
    {
        string[] left;
        await using (MqttBroker broker = await StartAsync(o => change(o with
        {
            Limits = new MqttBrokerLimits { MaxQueuedMessages = 2 },
            Log = (level, line) => lines.Enqueue($"{level} {line}"),
        }), Token))
        {
            foreach (char client in "nex")
                await ExchangeAsync(broker, $"10 0d | 00 04 'MQTT' 04 00 00 00 | 00 01 '{client}' | 82 06 00 01 00 01 'a' 01 | e0 00", Token);
            string publishes = string.Concat("1234".Select(number => $" | 32 06 00 01 'a' 00 0{number} '{number}'"));
            await ExchangeAsync(broker, $"10 0d | 00 04 'MQTT' 04 02 00 00 | 00 01 'p'{publishes} | e0 00", Token);
            left = [.. await Task.WhenAll("nex".Select(client => ReadAsync(broker, client)))];
        }

        return left;
    }

    private static async Task<string> ReadAsync(MqttBroker broker, char client)
    {
        byte[] answer = await ExchangeAsync(broker, $"10 0d | 00 04 'MQTT' 04 00 00 00 | 00 01 '{client}' | e0 00", Token);
        string payloads = string.Concat(answer.Skip(4).Chunk(8).Select(publish => (char)publish[^1])); // behind CONNACK
        return payloads.Length > 0 ? $"{client} {payloads}" : $"{client}";
    }
}
