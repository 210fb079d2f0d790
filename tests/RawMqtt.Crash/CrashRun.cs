// SPDX-License-Identifier: MIT

using System.Diagnostics;

namespace RawMqtt.Crash;

/// <summary>A broker and a publisher in this process, and a subscriber in one of its own that is killed with SIGKILL at random moments.</summary>
internal sealed record CrashRun(int Messages, int Kills, bool HasSessionFile, int Seed)
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestLife = TimeSpan.FromMilliseconds(1200);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public async Task<Tally> RunAsync()
    {
        string folder = Directory.CreateTempSubdirectory("rawmqtt-crash-").FullName;
        string journal = Path.Combine(folder, "messages");
        await File.WriteAllTextAsync(journal, "");
        await using MqttBroker broker = await MqttBroker.StartAsync(new MqttBrokerOptions { Listeners = ["ws://127.0.0.1:0/mqtt"], Limits = Unlimited });
        string[] arguments = ["subscriber", broker.Addresses[0], journal, .. HasSessionFile ? [Path.Combine(folder, "session")] : Array.Empty<string>()];

        var random = new Random(Seed);
        await using MqttClient publisher = await MqttClient.ConnectAsync(broker.Addresses[0]);
        var sent = new List<Task>();
        using Process first = Start(arguments);
        await EndAsync(first, () => broker.Clients.Any(client => client.ClientId == "killed" && client.Subscriptions > 0));
        int readers = 0;
        for (int kill = 0; kill < Kills; kill++)
        {
            long before = new FileInfo(journal).Length;
            using Process subscriber = Start(arguments);
            await PublishAsync(publisher, sent, Messages * (kill + 1) / Kills, random.NextDouble() * LongestLife);
            if (random.Next(4) > 0) await WaitUntilAsync(() => new FileInfo(journal).Length > before || subscriber.HasExited);
            await EndAsync(subscriber, () => true);
            if (new FileInfo(journal).Length > before) readers++;
        }

        Console.WriteLine($"{readers} of {Kills} subscribers had begun to read");
        await Task.WhenAll(sent);
        using Process last = Start(arguments);
        await EndAsync(last, new Silence(journal, Messages, Patience).IsOver);
        Tally tally = Tally.Read(journal, Messages);
        Directory.Delete(folder, recursive: true);
        return tally;
    }

    private static MqttBrokerLimits Unlimited => new() { MaxQueuedMessages = int.MaxValue, MaxQueuedBytes = int.MaxValue, MaxKeptBytes = int.MaxValue };

    /// <summary>Every other message at QoS 2, evenly over the time.</summary>
    private static async Task PublishAsync(MqttClient publisher, List<Task> sent, int until, TimeSpan time)
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
                sent.Add(publisher.PublishAsync("crash/a", $"{sent.Count}", qos).AsTask());
            }
        }
    }

    private static Process Start(string[] arguments) => Process.Start("dotnet", [typeof(CrashRun).Assembly.Location, .. arguments]);

    private static async Task EndAsync(Process process, Func<bool> isTime)
    {
        await WaitUntilAsync(isTime);
        process.Kill();
        await process.WaitForExitAsync();
    }

    private static async Task WaitUntilAsync(Func<bool> isTime)
    {
        using var timer = new PeriodicTimer(Tick);
        while (!isTime()) await timer.WaitForNextTickAsync();
    }
}
