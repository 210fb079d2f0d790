// SPDX-License-Identifier: MIT

using System.Diagnostics;
using System.Globalization;

namespace RawMqtt.Benchmarks.EndToEnd;

/// <summary>
/// <c>end-to-end [--broker ws://host:port/path] [--rounds N] [--scale F] [--only text] [--json file]</c>: our client and MQTTnet's over the same broker, in
/// turns;
/// the best of the rounds counts, and the first is warm-up. Without <c>--broker</c>, ours is started as a process of its own.
/// </summary>
internal static class EndToEndRun
{
    public static async Task RunAsync(string[] args)
    {
        string? broker = Option(args, "--broker");
        int rounds = int.Parse(Option(args, "--rounds") ?? "3", CultureInfo.InvariantCulture);
        string only = Option(args, "--only") ?? "";
        double scale = double.Parse(Option(args, "--scale") ?? "1", CultureInfo.InvariantCulture);
        using Process? started = broker is null ? StartBroker() : null;
        try
        {
            broker ??= (await started!.StandardOutput.ReadLineAsync())!;
            Console.WriteLine($"broker {broker}, {Environment.ProcessorCount} processors, .NET {Environment.Version}\n\n{LoadResult.Header}");
            var results = new List<LoadResult>();
            foreach (Contest contest in Contests(scale).Where(contest => contest.Name.Contains(only, StringComparison.OrdinalIgnoreCase)))
            {
                foreach (LoadResult best in await BestAsync(contest, broker, rounds))
                {
                    results.Add(best);
                    Console.WriteLine(best);
                }
            }

            if (results.Count == 0)
                throw new ArgumentException($"--only \"{only}\": there are {string.Join(", ", Contests(scale).Select(contest => contest.Name))}.");
            if (Option(args, "--json") is string file)
                await File.WriteAllTextAsync(file, $"[\n{string.Join(",\n", results.Select(result => result.ToJson()))}\n]\n");
        }
        finally
        {
            started?.StandardInput.Close();
            if (started is not null) await started.WaitForExitAsync();
        }
    }

    /// <summary><c>end-to-end-broker</c>: our broker alone; ends with its standard input.</summary>
    public static async Task ServeAsync()
    {
        Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1"); // as the tool does
        await using MqttBroker broker = await MqttBroker.StartAsync(new MqttBrokerOptions { Listeners = ["ws://127.0.0.1:0/mqtt"] });
        Console.WriteLine(broker.Addresses[0]);
        await Console.In.ReadToEndAsync();
    }

    private static async Task<LoadResult[]> BestAsync(Contest contest, string broker, int rounds)
    {
        var best = new LoadResult[contest.Contestants.Length];
        for (int round = 0; round <= rounds; round++)
        {
            for (int i = 0; i < best.Length; i++)
            {
                LoadResult result = await contest.Contestants[i](broker);
                if (round <= 1 || result.IsBetterThan(best[i])) best[i] = result;
            }
        }

        return best;
    }

    private static IEnumerable<Contest> Contests(double scale)
    {
        int Count(int messages) => Math.Max(100, (int)(messages * scale));
        foreach (int qos in (int[])[0, 1, 2])
        {
            (int ours, int theirs) = qos == 0 ? (5_000_000, 200_000) : (500_000, 50_000);
            yield return new Contest($"publish {qos}", [
                address => Load.PublishAsync(new RawMqttLoad(streams: false), "RawMqtt", address, qos, 128, Count(ours)),
                address => Load.PublishAsync(new MqttNetLoad(), "MQTTnet", address, qos, 128, Count(theirs))]);
        }

        foreach (int qos in (int[])[0, 1, 2])
        {
            (int ours, int theirs) = qos == 0 ? (2_000_000, 100_000) : (500_000, 30_000);
            yield return new Contest($"round {qos}", [
                address => Load.RoundAsync(new RawMqttLoad(streams: false), "RawMqtt, view", address, qos, 128, Count(ours)),
                address => Load.RoundAsync(new RawMqttLoad(streams: true), "RawMqtt, stream", address, qos, 128, Count(ours)),
                address => Load.RoundAsync(new MqttNetLoad(), "MQTTnet", address, qos, 128, Count(theirs))]);
        }
    }

    private static Process StartBroker() => Process.Start(new ProcessStartInfo(Environment.ProcessPath!, "end-to-end-broker")
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    })!;

    private static string? Option(string[] args, string name) => Array.IndexOf(args, name) is var at and >= 0 && at + 1 < args.Length ? args[at + 1] : null;

    /// <summary>One load, and who bears it in turns.</summary>
    private sealed record Contest(string Name, Func<string, Task<LoadResult>>[] Contestants);
}
