// SPDX-License-Identifier: MIT

using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using RawMqtt.Interop.Parts;

namespace RawMqtt.Interop;

/// <summary>bench beside mosquitto's tools and a script with MQTT.js, in one run and against the same brokers. By name: -explicit only -class
/// RawMqtt.Interop.BenchSideBySideTests. It prints the table of docs/bench.md; what it asserts are counts.</summary>
public class BenchSideBySideTests
{
    private const int Count = 50_000;
    private const int Size = 64;
    private const int Rate = 1000;
    private const int Timed = 10_000;

    [Fact(Explicit = true)]
    public async Task Three_generators_load_two_brokers()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using RealProcess ours = RealProcess.StartTool("broker", "--tcp", "127.0.0.1:0", "--quiet");
        string ourUrl = (await ours.LineAsync("listening "))["listening ".Length..];
        Console.WriteLine("| broker | generator | QoS 0: received of 50 000, /s | QoS 1: received of 50 000, /s | 1000/s at QoS 0: p50 / p99 |");
        Console.WriteLine("|---|---|---|---|---|");
        foreach ((string broker, string url) in new[] { ("RawMqtt", ourUrl), ("mosquitto", mosquitto.Tcp) })
        {
            string tools = $"{await MosquittoToolsAsync(url, 0)} | {await MosquittoToolsAsync(url, 1)}";
            Console.WriteLine($"| {broker} | mosquitto_pub -l, mosquitto_sub | {tools} | cannot measure it |");
            string script = $"{Rates(await ScriptAsync(url, Count, 0, 0))} | {Rates(await ScriptAsync(url, Count, 1, 0))}";
            Console.WriteLine($"| {broker} | script with MQTT.js | {script} | {Times(await ScriptAsync(url, Timed, 0, Rate))} |");
            string bench = $"{Rates(await BenchAsync(url, Count, 0, "max"))} | {Rates(await BenchAsync(url, Count, 1, "max"))}";
            Console.WriteLine($"| {broker} | rawmqtt bench | {bench} | {Times(await BenchAsync(url, Timed, 0, "1000"))} |");
        }
    }

    private static string Rates(Result result) => RateText(result.Received, result.Seconds);

    private static string Times(Result result) => string.Create(CultureInfo.InvariantCulture, $"{result.P50:0} / {result.P99:0} us");

    private static string RateText(long received, double seconds) =>
        string.Create(CultureInfo.InvariantCulture, $"{received:#,0}; {received / seconds:#,0}").Replace(',', ' ').Replace(';', ',');

    /// <summary>The subscriber ends when all have come, or after 30 seconds.</summary>
    private static async Task<string> MosquittoToolsAsync(string url, int qos)
    {
        string port = new Uri(url).Port.ToString(CultureInfo.InvariantCulture);
        string folder = Directory.CreateTempSubdirectory("rawmqtt-").FullName;
        string lines = Path.Combine(folder, "lines");
        string received = Path.Combine(folder, "received");
        await File.WriteAllLinesAsync(lines, Enumerable.Repeat(new string('x', Size), Count));
        await using MqttClient client = await MqttClient.ConnectAsync(url);
        await client.PublishAsync("load", "ready", QualityOfService.AtLeastOnce, retain: true);
        await using RealProcess sub = RealProcess.Start("bash", "-c",
            $"{RealPart.MosquittoSub} -h 127.0.0.1 -p {port} -t load -q {qos} -C {Count + 2} -W 30 > {received}");
        await Until.TrueAsync(() => File.Exists(received) && new FileInfo(received).Length > 0); // the retained message comes with SUBACK
        await client.PublishAsync("load"u8, default, QualityOfService.AtLeastOnce, retain: true);
        long start = Stopwatch.GetTimestamp();
        await using RealProcess pub = RealProcess.Start("bash", "-c", $"{RealPart.MosquittoPub} -h 127.0.0.1 -p {port} -t load -q {qos} -l < {lines}");
        await sub.FinishAsync(TimeSpan.FromMinutes(2));
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        long count = File.ReadLines(received).Count(line => line.StartsWith("xxx", StringComparison.Ordinal));
        Assert.InRange(count, 1, Count);
        return count < Count ? $"{RateText(count, 30)} (it waited 30 s for the rest)" : RateText(count, seconds);
    }

    private static async Task<Result> ScriptAsync(string url, int count, int qos, int rate)
    {
        await using RealProcess script = RealProcess.Start(RealPart.Node, Path.Combine(RealPart.Folder, "peers", "mqttjs-load.mjs"),
            url, $"{count}", $"{Size}", $"{qos}", $"{rate}");
        Finished ended = await script.FinishAsync(TimeSpan.FromMinutes(2));
        Assert.True(ended.ExitCode == 0, ended.Error);
        double[] figures = [.. ended.Output.Trim().Split(' ').Select(figure => double.Parse(figure, CultureInfo.InvariantCulture))];
        return new Result((long)figures[0], figures[1], figures[2], figures[3]);
    }

    private static async Task<Result> BenchAsync(string url, int count, int qos, string rate)
    {
        await using RealProcess bench = RealProcess.StartTool(
            "bench", "pubsub", url, "--count", $"{count}", "-s", $"{Size}", "-q", $"{qos}", "--rate", rate, "--json", "-");
        Finished ended = await bench.FinishAsync(TimeSpan.FromMinutes(2));
        Assert.Equal((0, ""), (ended.ExitCode, ended.Error));
        using JsonDocument report = JsonDocument.Parse(ended.Output);
        JsonElement root = report.RootElement;
        JsonElement latency = root.GetProperty("latency");
        return new Result(root.GetProperty("counts").GetProperty("received").GetInt64(), root.GetProperty("durations").GetProperty("receive").GetDouble(),
            latency.GetProperty("p50").GetDouble() / 1000, latency.GetProperty("p99").GetDouble() / 1000);
    }

    private sealed record Result(long Received, double Seconds, double P50, double P99);
}
