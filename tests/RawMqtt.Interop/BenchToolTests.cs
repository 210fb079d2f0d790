// SPDX-License-Identifier: MIT

using System.Text.Json;
using RawMqtt.Interop.Parts;

namespace RawMqtt.Interop;

/// <summary><c>rawmqtt bench</c> as a program: several processes, real mosquitto, signals and failures. Counts alone are asserted.</summary>
public class BenchToolTests
{
    [Fact]
    public async Task Processes_share_a_load_and_one_report()
    {
        await using MqttBroker broker = await OurBroker.StartAsync();
        string file = Path.Combine(Directory.CreateTempSubdirectory("rawmqtt-").FullName, "report.json");

        Finished bench = await RealProcess.RunToolAsync("bench", "pubsub", OurBroker.Address(broker, "ws"), "--processes", "2", "--publishers", "4",
            "--count", "2000", "--rate", "20000", "-q", "1", "-I", "load", "--json", file, "--html", "-");
        Finished compare = await RealProcess.RunToolAsync("bench", "compare", file, file);

        Assert.Equal((0, ""), (bench.ExitCode, bench.Error));
        Assert.StartsWith("<!doctype html>", bench.Output, StringComparison.Ordinal);
        using JsonDocument report = JsonDocument.Parse(await File.ReadAllBytesAsync(file));
        JsonElement counts = report.RootElement.GetProperty("counts");
        foreach ((string name, int expected) in
            new[] { ("connected", 8), ("sent", 2000), ("acknowledged", 2000), ("received", 2000), ("lost", 0), ("outOfOrder", 0) })
        {
            Assert.Equal(expected, counts.GetProperty(name).GetInt32());
        }

        Assert.Equal(2000, report.RootElement.GetProperty("latency").GetProperty("count").GetInt32());
        Assert.Equal(0, compare.ExitCode);
        Assert.Matches(@"received a second .* 1\.00\n", compare.Output);
    }

    [Fact]
    public async Task Any_broker_can_be_loaded()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();

        Finished bench = await RealProcess.RunToolAsync("bench", "fan", mosquitto.Tcp, "--subscribers", "20", "--count", "50", "--rate", "1000", "-q", "1");

        Assert.Equal((0, ""), (bench.ExitCode, bench.Error));
        Assert.Contains("received    1 000 in ", bench.Output, StringComparison.Ordinal);
        Assert.Contains("0 lost, 0 duplicates, 0 out of order", bench.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sub_measures_what_pub_of_another_command_sends()
    {
        await using MqttBroker broker = await OurBroker.StartAsync();
        string url = OurBroker.Address(broker, "tcp");
        await using RealProcess sub = RealProcess.StartTool("bench", "sub", url, "--count", "200", "--duration", "60", "-q", "1");
        await Until.TrueAsync(() => broker.Clients.Sum(client => client.Subscriptions) > 0);

        Finished pub = await RealProcess.RunToolAsync("bench", "pub", url, "--count", "200", "-q", "1");
        Finished ended = await sub.FinishAsync();

        Assert.Equal((0, 0, ""), (pub.ExitCode, ended.ExitCode, ended.Error));
        Assert.Contains("sent        200 in ", pub.Output, StringComparison.Ordinal);
        Assert.Contains("received    200 in ", ended.Output, StringComparison.Ordinal);
        Assert.Contains("from the time at which each message was due to its arrival", ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signal_ends_a_run_with_its_report()
    {
        await using MqttBroker broker = await OurBroker.StartAsync();
        await using RealProcess bench = RealProcess.StartTool(
            "bench", "pub", OurBroker.Address(broker, "tcp"), "--duration", "600", "--processes", "2", "-c", "2");
        await Until.TrueAsync(() => broker.Statistics.MessagesReceived >= 10);

        bench.Signal(2);
        Finished ended = await bench.FinishAsync();

        Assert.Equal((130, ""), (ended.ExitCode, ended.Error));
        Assert.StartsWith("bench pub mqtt://127.0.0.1:", ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_load_without_a_broker_ends_in_one_sentence()
    {
        Finished bench = await RealProcess.RunToolAsync("bench", "pubsub", "mqtt://127.0.0.1:1", "--processes", "3");

        Assert.Equal((2, ""), (bench.ExitCode, bench.Output));
        Assert.StartsWith("rawmqtt: No TCP connection to mqtt://127.0.0.1:1", bench.Error, StringComparison.Ordinal);
        Assert.Single(bench.Error.TrimEnd('\n').Split('\n'));
    }
}
