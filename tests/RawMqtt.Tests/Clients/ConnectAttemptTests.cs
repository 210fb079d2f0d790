// SPDX-License-Identifier: MIT

using System.Collections.Concurrent;

namespace RawMqtt.Tests.Clients;

/// <summary>What an attempt to connect is told about itself, and what options can be bound from text.</summary>
public class ConnectAttemptTests
{
    private static CancellationToken Soon => new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token;

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
        var options = new MqttClientOptions { PasswordText = "sécret", Will = new MqttWill { Topic = "gone", PayloadText = "è" } };
        Assert.Equal("sécret"u8.ToArray(), options.Password!.Value.ToArray());
        Assert.Equal("è"u8.ToArray(), options.Will.Payload.ToArray());
        Assert.Equal(("sécret", "è"), (options.PasswordText, options.Will.PayloadText));
    }
}
