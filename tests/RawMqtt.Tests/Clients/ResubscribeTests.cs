// SPDX-License-Identifier: MIT

using RawMqtt.Codec;

namespace RawMqtt.Tests.Clients;

/// <summary>Subscriptions that are made again stand in packets that small servers take.</summary>
public class ResubscribeTests
{
    private const QualityOfService Qos1 = QualityOfService.AtLeastOnce;

    private static CancellationToken Soon => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    [Theory]
    [InlineData(20)]
    [InlineData(100)]
    public async Task A_server_that_takes_8_filters_in_a_SUBSCRIBE_gets_no_more_in_one(int count)
    {
        await using ClosingServer server = new ClosingServer("mqtt", packet =>
            packet.Header.Type == PacketType.Subscribe && ClosingServer.Name(packet).Split(',').Length > 8).Start();
        string[] filters = [.. Enumerable.Range(0, count).Select(i => $"f{i}")];
        await AssertMadeAgainAsync(server, filters);
        Assert.Equal(2, server.Connections);
    }

    [Fact]
    public async Task Long_filters_stand_in_packets_of_16_KiB_at_most()
    {
        int largest = 0;
        await using ClosingServer server = new ClosingServer("mqtt", packet =>
        {
            if (packet.Header.Type == PacketType.Subscribe) largest = Math.Max(largest, packet.Body.Length);
            return packet.Body.Length > 16 * 1024 + 2;
        }).Start();
        await AssertMadeAgainAsync(server, [.. Enumerable.Range(0, 60).Select(i => $"{i}/{new string('x', 4000)}")]);
        Assert.InRange(largest, 3 * 4000, 16 * 1024 + 2); // and not each alone
    }

    /// <summary>Subscribes one by one, loses the connection, and waits until all were asked for again.</summary>
    private static async Task AssertMadeAgainAsync(ClosingServer server, string[] filters)
    {
        await using MqttClient client = await MqttClient.ConnectAsync(server.ClientOptions, Soon);
        foreach (string filter in filters) await client.SubscribeAsync(filter, (in MqttMessageView _) => { }, Qos1, Soon);
        Task again = client.When(change => change.To == MqttClientState.Connected);
        int before = server.Taken.Count;
        client.Abort();
        await again.WaitAsync(Soon);
        await client.PublishAsync("behind", "them", Qos1, cancellationToken: Soon);
        string[] asked = [.. server.Taken.Skip(before).Where(taken => taken.StartsWith("Subscribe ", StringComparison.Ordinal))];
        Assert.Equal(filters.Order(), asked.SelectMany(names => names["Subscribe ".Length..].Split(',')).Order());
    }
}
