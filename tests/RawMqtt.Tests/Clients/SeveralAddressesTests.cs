// SPDX-License-Identifier: MIT

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace RawMqtt.Tests.Clients;

/// <summary>A client that has several addresses.</summary>
public class SeveralAddressesTests
{
    private static CancellationToken Soon => new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token;

    [Fact]
    public async Task Several_addresses_are_tried_in_turn()
    {
        await using var server = new SmallServer();
        using var nobody = new TcpListener(IPAddress.Loopback, 0);
        nobody.Start();
        string dead = $"mqtt://127.0.0.1:{((IPEndPoint)nobody.LocalEndpoint).Port}";
        nobody.Stop();
        await using var client = new MqttClient(server.ClientOptions with { Addresses = [dead, server.Address], RetryFirstConnect = true });
        await client.OpenAsync(Soon);
        Assert.Equal(1, server.Connections);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    public async Task The_first_opening_tries_each_address_once(int reconnectDelay)
    {
        await using var server = new SmallServer();
        MqttClientOptions options = server.ClientOptions with
        {
            ReconnectDelay = TimeSpan.FromSeconds(reconnectDelay),
            MaxReconnectDelay = TimeSpan.FromHours(1),
            TimeProvider = new ManualTime()
        };
        await using MqttClient client =
            await MqttClient.ConnectAsync(options with { Addresses = ["mqtt://127.0.0.1:1", "mqtt://127.0.0.1:1", server.Address] }, Soon);
        Assert.Equal(1, server.Connections);

        var tried = new ConcurrentQueue<string>();
        await using var nowhere = new MqttClient(options with
        {
            Addresses = ["mqtt://127.0.0.1:1", "mqtt://127.0.0.1:2"],
            BeforeConnect = (attempt, _) =>
            {
                tried.Enqueue(attempt.Address);
                return ValueTask.FromResult(attempt);
            },
        });
        Assert.Equal(MqttErrorCode.ConnectionRefused, (await Assert.ThrowsAsync<MqttException>(() => nowhere.OpenAsync(Soon))).Code);
        Assert.Equal(["mqtt://127.0.0.1:1", "mqtt://127.0.0.1:2"], tried);
    }

    [Fact]
    public async Task A_lost_connection_is_made_again_at_the_next_address()
    {
        await using var one = new SmallServer();
        await using var two = new SmallServer();
        await using var client = new MqttClient(one.ClientOptions with { Addresses = [one.Address, two.Address] });
        await client.OpenAsync(Soon);
        Task again = client.When(change => change.To == MqttClientState.Connected);
        one.Cut();
        await again.WaitAsync(Soon);
        Assert.Equal((1, 1), (one.Connections, two.Connections));
    }
}
