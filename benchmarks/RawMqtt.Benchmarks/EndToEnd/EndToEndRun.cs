using System.Diagnostics;
using System.Globalization;

namespace RawMqtt.Benchmarks.EndToEnd;

/// <summary>
/// <c>end-to-end [--broker ws://host:port/path] [--scale F] [--only text] [--json file]</c>: our client and MQTTnet's over the same broker, in turns.
/// Without <c>--broker</c>, ours is started as a process of its own.
/// </summary>
internal static class EndToEndRun
{
    public static async Task RunAsync(string[] args)
    {
        string? broker = Option(args, "--broker");
        string only = Option(args, "--only") ?? "";
        double scale = double.Parse(Option(args, "--scale") ?? "1", CultureInfo.InvariantCulture);
        using Process? started = broker is null ? StartBroker() : null;
        try
        {
            broker ??= (await started!.StandardOutput.ReadLineAsync())!;
            Console.WriteLine($"broker {broker}, {Environment.ProcessorCount} processors, .NET {Environment.Version}\n\n{LoadResult.Header}");
            var results = new List<LoadResult>();
            foreach ((string what, Func<string, Task<LoadResult>> run) in Loads(scale))
            {
                if (!what.Contains(only, StringComparison.OrdinalIgnoreCase)) continue;
                LoadResult result = await run(broker);
                results.Add(result);
                Console.WriteLine(result);
            }

            if (Option(args, "--json") is string file) await File.WriteAllTextAsync(file, $"[\n{string.Join(",\n", results.Select(result => result.ToJson()))}\n]\n");
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
        await using MqttBroker broker = await MqttBroker.StartAsync(new MqttBrokerOptions { Listeners = ["ws://127.0.0.1:0/mqtt"] });
        Console.WriteLine(broker.Addresses[0]);
        await Console.In.ReadToEndAsync();
    }

    private static IEnumerable<(string What, Func<string, Task<LoadResult>> Run)> Loads(double scale)
    {
        int Count(int messages) => Math.Max(100, (int)(messages * scale));
        foreach (int qos in (int[])[0, 1, 2])
        {
            (int ours, int theirs) = qos == 0 ? (5_000_000, 200_000) : (500_000, 50_000);
            yield return ($"publish {qos} rawmqtt", address => Load.PublishAsync(new RawMqttLoad(streams: false), "RawMqtt", address, qos, 128, Count(ours)));
            yield return ($"publish {qos} mqttnet", address => Load.PublishAsync(new MqttNetLoad(), "MQTTnet", address, qos, 128, Count(theirs)));
        }

        foreach (int qos in (int[])[0, 1, 2])
        {
            (int ours, int theirs) = qos == 0 ? (2_000_000, 100_000) : (500_000, 30_000);
            yield return ($"round {qos} rawmqtt view", address => Load.RoundAsync(new RawMqttLoad(streams: false), "RawMqtt, view", address, qos, 128, Count(ours)));
            yield return ($"round {qos} rawmqtt stream", address => Load.RoundAsync(new RawMqttLoad(streams: true), "RawMqtt, stream", address, qos, 128, Count(ours)));
            yield return ($"round {qos} mqttnet", address => Load.RoundAsync(new MqttNetLoad(), "MQTTnet", address, qos, 128, Count(theirs)));
        }

        yield return ("latency rawmqtt", address => Load.LatencyAsync(new RawMqttLoad(streams: false), "RawMqtt, view", address, 16, Count(5000)));
        yield return ("latency mqttnet", address => Load.LatencyAsync(new MqttNetLoad(), "MQTTnet", address, 16, Count(5000)));
    }

    private static Process StartBroker() => Process.Start(new ProcessStartInfo(Environment.ProcessPath!, "end-to-end-broker")
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    })!;

    private static string? Option(string[] args, string name) => Array.IndexOf(args, name) is var at and >= 0 && at + 1 < args.Length ? args[at + 1] : null;
}
