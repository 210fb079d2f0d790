// SPDX-License-Identifier: MIT

using System.Diagnostics;

namespace RawMqtt.Crash;

/// <summary>A broker with a journal that is killed with SIGKILL at random moments, while clients of this process publish and subscribe at QoS 1 and 2, over
/// WebSocket and TCP, with sessions that are kept.</summary>
internal sealed record BrokerCrashRun(int Messages, int Kills, MqttDurability Durability, int Seed)
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestLife = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <returns>Whether every promise was kept.</returns>
    public async Task<bool> RunAsync()
    {
        string folder = Directory.CreateTempSubdirectory("rawmqtt-crash-").FullName;
        using var broker = new KilledBroker(folder, Durability);
        await broker.StartAsync();
        var random = new Random(Seed);
        string[] addresses = [broker.WebSocketAddress, broker.TcpAddress];
        CountingSubscriber[] subscribers = await Task.WhenAll(
            from address in addresses
            from qos in new[] { QualityOfService.AtLeastOnce, QualityOfService.ExactlyOnce }
            select CountingSubscriber.ConnectAsync(address, qos, Messages));
        MqttClient[] publishers = await Task.WhenAll(addresses.Select((address, i) => MqttClient.ConnectAsync(CountingSubscriber.Options(address, $"pub{i}"))));
        var sent = new List<Task>();
        for (int kill = 0; kill < Kills; kill++)
        {
            await PublishAsync(publishers, sent, Messages * (kill + 1) / Kills, random.NextDouble() * LongestLife);
            await broker.KillAsync();
            await broker.StartAsync();
        }

        Console.WriteLine($"{sent.Count(task => task.IsCompletedSuccessfully)} of {sent.Count} were acknowledged at the last kill");
        await Task.WhenAll(sent);
        var waited = Stopwatch.StartNew();
        using var timer = new PeriodicTimer(Tick);
        while (subscribers.Any(subscriber => subscriber.Missing > 0) && waited.Elapsed < Patience) await timer.WaitForNextTickAsync();
        foreach (CountingSubscriber subscriber in subscribers) Console.WriteLine(subscriber);
        bool isKept = subscribers.All(subscriber => subscriber.Missing == 0 && subscriber.RepeatsAtQos2 == 0);
        foreach (MqttClient publisher in publishers) await publisher.DisposeAsync();
        foreach (CountingSubscriber subscriber in subscribers) await subscriber.DisposeAsync();
        if (isKept) Directory.Delete(folder, recursive: true);
        else Console.WriteLine($"the journal: {folder}");
        return isKept;
    }

    /// <summary>Every other message at QoS 2, evenly over the time.</summary>
    private static async Task PublishAsync(MqttClient[] publishers, List<Task> sent, int until, TimeSpan time)
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
}
