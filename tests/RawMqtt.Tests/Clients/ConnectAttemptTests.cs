// SPDX-License-Identifier: MIT

using System.Collections.Concurrent;

namespace RawMqtt.Tests.Clients;

/// <summary>What an attempt to connect is told about itself, and what options can be bound from text.</summary>
public class ConnectAttemptTests
{
    private static CancellationToken Soon => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    [Fact]
    public async Task First_attempt_after_a_lost_connection_has_number_1()
    {
        var numbers = new ConcurrentQueue<int>();
        await using var server = new SmallServer();
        var options = new MqttClientOptions
        {
            Address = server.Address,
            ReconnectDelay = TimeSpan.FromMilliseconds(1),
            BeforeConnect = (attempt, _) =>
            {
                numbers.Enqueue(attempt.Number);
                return ValueTask.FromResult(attempt);
            },
        };
        await using MqttClient client = await MqttClient.ConnectAsync(options, Soon);
        Task again = client.When(change => change.To == MqttClientState.Connected);
        client.Abort();
        await again.WaitAsync(Soon);
        Assert.Equal([1, 1], numbers);
    }

    [Fact]
    public void Password_and_Will_can_be_given_as_text()
    {
        var will = new MqttWill { Topic = "gone", PayloadText = "è" };
        var options = new MqttClientOptions { PasswordText = "sécret" };
        Assert.Equal("sécret"u8.ToArray(), options.Password.GetValueOrDefault().ToArray());
        Assert.Equal("sécret", options.PasswordText);
        Assert.Equal("è"u8.ToArray(), will.Payload.ToArray());
        Assert.Equal("è", will.PayloadText);
    }
}
