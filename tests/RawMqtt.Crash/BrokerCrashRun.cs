// SPDX-License-Identifier: MIT

using System.Diagnostics;

namespace RawMqtt.Crash;

/// <summary>A broker with a journal that is killed with SIGKILL at random moments, also while it starts, while clients of this process publish and subscribe at
/// QoS 1 and 2, over WebSocket and TCP, with sessions that are kept. Some of them are away at times.</summary>
internal sealed record BrokerCrashRun(int Messages, int Kills, MqttDurability Durability, int Seed)
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestLife = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestStart = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly List<Task> sent = [];
    private readonly List<CountingSubscriber> subscribers = [];
    private readonly List<CountingSubscriber> awayAtTimes = [];

    /// <returns>Whether every promise was kept.</returns>
    public async Task<bool> RunAsync()
    {
        string folder = Directory.CreateTempSubdirectory("rawmqtt-crash-").FullName;
        using var broker = new KilledBroker(folder, Durability);
        await broker.StartAsync();
        await SubscribeAsync(broker);
        string[] addresses = [broker.WebSocketAddress, broker.TcpAddress];
        MqttClient[] publishers = await Task.WhenAll(addresses.Select((address, i) => MqttClient.ConnectAsync(CountingSubscriber.Options(address, $"pub{i}"))));
        await KillAsync(broker, publishers);

        bool isSettled = await WaitUntilAsync(() => sent.TrueForAll(task => task.IsCompleted));
        Console.WriteLine($"{sent.Count(task => task.IsCompletedSuccessfully)} of {sent.Count} were acknowledged in the end");
        if (isSettled) await Task.WhenAll(sent);
        await WaitUntilAsync(() => subscribers.TrueForAll(subscriber => subscriber.Missing == 0));
        foreach (CountingSubscriber subscriber in subscribers) Console.WriteLine(subscriber);
        bool isKept = isSettled && subscribers.TrueForAll(subscriber => subscriber is { Missing: 0, RepeatsAtQos2: 0 });
        foreach (MqttClient publisher in publishers) await publisher.DisposeAsync();
        foreach (CountingSubscriber subscriber in subscribers) await subscriber.DisposeAsync();
        if (isKept) Directory.Delete(folder, recursive: true);
        else Console.WriteLine($"the journal: {folder}");
        return isKept;
    }

    private long Received => subscribers.Sum(subscriber => subscriber.Received);

    /// <summary>Over each transport one at each QoS that stays, and one more that is away at times.</summary>
    private async Task SubscribeAsync(KilledBroker broker)
    {
        foreach (string address in new[] { broker.WebSocketAddress, broker.TcpAddress })
        {
            foreach (QualityOfService qos in new[] { QualityOfService.AtLeastOnce, QualityOfService.ExactlyOnce })
                subscribers.Add(await CountingSubscriber.ConnectAsync(address, $"{address[..2]}-qos{(int)qos}", qos, Messages));
            awayAtTimes.Add(await CountingSubscriber.ConnectAsync(address, $"{address[..2]}-away-at-times", QualityOfService.ExactlyOnce, Messages));
        }

        subscribers.AddRange(awayAtTimes);
    }

    private async Task KillAsync(KilledBroker broker, MqttClient[] publishers)
    {
        var random = new Random(Seed);
        (int busy, int starting) = (0, 0);
        for (int kill = 0; kill < Kills; kill++)
        {
            foreach (CountingSubscriber subscriber in awayAtTimes)
                if (random.Next(4) == 0) await subscriber.ComeOrGoAsync();
            long before = Received;
            await PublishAsync(publishers, Messages * (kill + 1L) / Kills, random.NextDouble() * LongestLife);
            if (random.Next(4) > 0) await WaitUntilAsync(() => Received > before);
            await broker.KillAsync();
            if (Received > before) busy++;
            for (; kill + 1 < Kills && random.Next(5) == 0; kill++, starting++) await broker.StartAndKillAsync(random.NextDouble() * LongestStart);
            await broker.StartAsync();
        }

        foreach (CountingSubscriber subscriber in awayAtTimes)
            if (subscriber.IsAway) await subscriber.ComeOrGoAsync();
        await PublishAsync(publishers, Messages, TimeSpan.Zero);
        Console.WriteLine($"{Kills} kills: {busy} while messages arrived, {starting} while the broker started");
        Console.WriteLine($"{sent.Count(task => task.IsCompletedSuccessfully)} of {sent.Count} were acknowledged at the last kill");
    }

    /// <summary>Every other message at QoS 2, evenly over the time.</summary>
    private async Task PublishAsync(MqttClient[] publishers, long until, TimeSpan time)
    {
        int ticks = Math.Max(1, (int)(time / Tick));
        int from = sent.Count;
        using var timer = new PeriodicTimer(Tick);
        for (int tick = 1; tick <= ticks; tick++)
        {
            await timer.WaitForNextTickAsync();
            while (sent.Count < from + (until - from) * tick / ticks)
            {
                QualityOfService qos = sent.Count % 2 == 0 ? QualityOfService.AtLeastOnce : QualityOfService.ExactlyOnce;
                sent.Add(publishers[sent.Count / 2 % publishers.Length].PublishAsync("crash/a", $"{sent.Count}", qos).AsTask());
            }
        }
    }

    /// <returns>False if that did not come in time.</returns>
    private static async Task<bool> WaitUntilAsync(Func<bool> isTrue)
    {
        var waited = Stopwatch.StartNew();
        using var timer = new PeriodicTimer(Tick);
        while (!isTrue())
        {
            if (waited.Elapsed > Patience) return false;
            await timer.WaitForNextTickAsync();
        }

        return true;
    }
}
