// SPDX-License-Identifier: MIT

using System.Collections.Concurrent;

namespace RawMqtt.Tests.Faults;

/// <summary>All that a client can be asked for, by several threads at once, while its connections break: each call settles, and with nothing but its own kind
/// of exception.</summary>
/// <remarks>When all is asked the connections break no more, and the client is open. Then no call may need its end to settle.</remarks>
public class StressTests(ITestOutputHelper output)
{
    private const int Threads = 4;
    private const int CallsOfAThread = 60;

    /// <summary>How long a thread stays with one call while connections break.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a call may take over connections that hold: far more than it needs on the slowest machine.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    private readonly ConcurrentBag<(string Call, Task Task)> calls = [];
    private volatile bool isCalm;

    [Theory]
    [InlineData("mqtt", false)]
    [InlineData("ws", true)]
    public async Task Every_call_settles(string scheme, bool cleanSession)
    {
        int seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        await using MqttBroker broker =
            await MqttBroker.StartAsync(new MqttBrokerOptions { Listeners = [$"{scheme}://127.0.0.1:0{(scheme == "ws" ? "/mqtt" : "")}"] });
        var random = new Random(seed);
        await using var proxy = new FaultProxy(new Uri(broker.Addresses[0]).Port, _ => isCalm ? Fault.None : PlanOf(random));
        MqttClient client = null!; // its own functions ask it
        client = new MqttClient(new MqttClientOptions
        {
            Address = $"{scheme}://127.0.0.1:{proxy.Port}{(scheme == "ws" ? "/mqtt" : "")}",
            ClientId = "stressed",
            CleanSession = cleanSession,
            KeepAlive = TimeSpan.FromSeconds(1),
            PingTimeout = TimeSpan.FromMilliseconds(200),
            AckTimeout = TimeSpan.FromMilliseconds(100),
            ConnectTimeout = TimeSpan.FromSeconds(10),
            RetryFirstConnect = true,
            ReconnectDelay = TimeSpan.FromMilliseconds(1),
            MaxReconnectDelay = TimeSpan.FromMilliseconds(5),
            MaxQueuedMessages = 20,
            MaxQueuedBytes = 100_000,
            MaxInFlight = 5,
            BeforeConnect = async (attempt, _) =>
            {
                Note("publish before connect", Published(attempt.Number, QualityOfService.AtLeastOnce));
                await Task.Yield();
                return attempt;
            },
        });
        Task Published(int number, QualityOfService qos) => client.PublishAsync($"s/{number % 3}", new byte[number % 500], qos).AsTask();
        client.StateChanged += change => Note("publish on change", Published(change.Attempt, QualityOfService.ExactlyOnce));

        Note("open", client.OpenAsync()); // what is published before waits for it, and all threads might
        await Task.WhenAll(Enumerable.Range(seed, Threads).Select(own => Task.Run(() => AskAsync(client, new Random(own))))).WaitAsync(Bound);

        isCalm = true;
        Note("open at last", client.OpenAsync());
        await AllSettle();
        output.WriteLine($"{calls.Count} calls, {client.Statistics}");
        Note("dispose", client.DisposeAsync().AsTask());
        Note("dispose", client.DisposeAsync().AsTask());
        await AllSettle();
    }

    private async Task AllSettle()
    {
        int seen = 0;
        while (seen < calls.Count) // a call that settles may have made another
        {
            (string Call, Task Task)[] all = [.. calls];
            seen = all.Length;
            await Task.WhenAll(all.Select(call => call.Task)).WaitAsync(Bound).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Assert.Empty(all.Where(call => !call.Task.IsCompleted).Select(call => call.Call));
            foreach ((string call, Task task) in all) Assert.True(task.Exception?.InnerException is null or MqttException, $"{call}: {task.Exception}");
        }
    }

    private static Fault PlanOf(Random random)
    {
        lock (random)
        {
            FaultEnd end = random.Next(10) == 0 ? FaultEnd.HalfOpen : random.Next(2) == 0 ? FaultEnd.Close : FaultEnd.Reset;
            TimeSpan delay = TimeSpan.FromMilliseconds(random.Next(3) == 0 ? random.Next(1, 4) : 0);
            int shortest = end == FaultEnd.HalfOpen ? 1000 : 100; // a handshake that is never answered would cost all of ConnectTimeout
            return new Fault(random.Next(shortest, 30_000), end, random.Next(100, 4000), delay);
        }
    }

    private void Note(string call, Task task) => calls.Add((call, task));

    private async Task AskAsync(MqttClient client, Random random)
    {
        for (int i = 0; i < CallsOfAThread; i++)
        {
            int kind = random.Next(16);
            Task asked = AskLimitedAsync(client, kind, random);
            Note($"call {kind}", asked);
            if (random.Next(3) > 0) await asked.WaitAsync(Patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task AskLimitedAsync(MqttClient client, int kind, Random random)
    {
        using var limit = new CancellationTokenSource(random.Next(0, 30));
        await Ask(client, kind, random, limit.Token);
    }

    private Task Ask(MqttClient client, int kind, Random random, CancellationToken limit)
    {
        var qos = (QualityOfService)random.Next(3);
        switch (kind)
        {
            case 0 or 1 or 2: return client.OpenAsync(random.Next(4) == 0 ? limit : default);
            case 3: return client.DisconnectAsync(TimeSpan.FromMilliseconds(random.Next(20)), limit);
            case 4: return PingAsync(client, limit);
            case 5: return client.UnsubscribeAsync("s/#", limit);
            case 6 or 7: return ReadAsync(client, random.Next(5), qos, limit);
            case 8: return AnswerAsync(client, qos, limit);
            case 9:
                if (random.Next(2) == 0) client.Abort();
                else client.ReconnectNow();
                return Task.CompletedTask;
            default:
                return client.PublishAsync($"s/{random.Next(3)}", new byte[random.Next(500)], qos,
                cancellationToken: random.Next(2) == 0 ? limit : default).AsTask();
        }
    }

    /// <summary>Without a connection it throws at once.</summary>
    private static async Task PingAsync(MqttClient client, CancellationToken limit) => await client.PingAsync(limit);

    /// <summary>A reader that is slow, and goes away while its buffer may be full.</summary>
    private async Task ReadAsync(MqttClient client, int messages, QualityOfService qos, CancellationToken limit)
    {
        var options = new MqttSubscribeOptions { MaxMessages = 1, ManualAcknowledgement = messages % 2 == 0 };
        await using MqttSubscription subscription = await client.SubscribeAsync([new MqttTopicFilter("s/#", qos)], options, limit);
        Note("another dispose", subscription.DisposeAsync().AsTask());
        await foreach (MqttMessage message in subscription.WithCancellation(limit))
        {
            message.Acknowledge();
            if (messages-- == 0) break;
        }
    }

    /// <summary>A receiver that asks for something itself.</summary>
    private async Task AnswerAsync(MqttClient client, QualityOfService qos, CancellationToken limit)
    {
        int answers = 0;
        await using MqttSubscription subscription = await client.SubscribeAsync("s/1", (in MqttMessageView message) =>
        {
            if (answers++ < 3) Note("publish in a receiver", client.PublishAsync("s/2"u8, message.Payload, message.Qos).AsTask());
            else if (answers == 4) Note("subscribe in a receiver", client.SubscribeAsync("s/2", cancellationToken: limit));
        }, qos, limit);
        await client.PublishAsync("s/1", "x", qos, cancellationToken: limit);
    }
}
