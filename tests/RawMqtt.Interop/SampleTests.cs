// SPDX-License-Identifier: MIT

using RawMqtt.Interop.Parts;

namespace RawMqtt.Interop;

/// <summary>The samples of docs/samples, as the solution built them.</summary>
public class SampleTests
{
    private static readonly string[] onAddress = ["Console", "RequestResponse"];

    private static string Configuration => Path.GetFileName(Path.GetDirectoryName(AppContext.BaseDirectory.TrimEnd('/')))!;

    [Fact]
    public async Task Samples_say_what_they_promise()
    {
        await using MqttBroker broker = await OurBroker.StartAsync();
        string address = OurBroker.Address(broker, "ws");
        foreach (string sample in onAddress)
        {
            Finished run = await RealProcess.RunAsync("dotnet", PathOf(sample), address);
            Assert.True(run.ExitCode == 0, run.Output + run.Error);
            Assert.Equal(sample == "Console" ? "samples/console: hello" : "HELLO", run.Output.Trim());
        }

        using MqttBrokerSubscription seen = broker.Subscribe("samples/embedded");
        string port = new Uri(OurBroker.Address(broker, "tcp")).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        Finished embedded = await RealProcess.RunAsync("dotnet", PathOf("Codec"), "127.0.0.1", port);
        Assert.Equal("Accepted", embedded.Output.Trim());
        Assert.Equal("21.5", (await FirstAsync(seen)).PayloadText);
    }

    [Fact]
    public async Task The_worker_lives_until_it_is_stopped()
    {
        await using MqttBroker broker = await OurBroker.StartAsync();
        broker.Publish("samples/room/temperature", "15", retain: true);
        using MqttBrokerSubscription heating = broker.Subscribe("samples/room/heating");
        await using RealProcess worker = RealProcess.Start("dotnet", PathOf("Worker"), $"--Mqtt:Address={OurBroker.Address(broker, "ws")}");
        Assert.Equal("on", (await FirstAsync(heating)).PayloadText);

        worker.Signal(15);
        Assert.Equal(0, (await worker.FinishAsync()).ExitCode);
    }

    [Fact]
    public async Task The_web_sample_has_a_page_and_a_broker_on_one_port()
    {
        string content = Path.Combine(RealPart.Folder, "..", "..", "docs", "samples", "Web");
        await using RealProcess web = RealProcess.Start("dotnet", PathOf("Web"), "--urls", "http://127.0.0.1:0", "--contentRoot", content);
        string line = await web.LineAsync("Now listening on: ");
        string address = line[line.IndexOf("http", StringComparison.Ordinal)..].Trim();
        using var http = new HttpClient();
        Assert.Contains("WebSocket", await http.GetStringAsync(new Uri(address + "/")), StringComparison.Ordinal);
        await using MqttClient client = await MqttClient.ConnectAsync(address.Replace("http", "ws", StringComparison.Ordinal) + "/mqtt");
        await using MqttSubscription messages = await client.SubscribeAsync("samples/said", QualityOfService.AtLeastOnce);

        (await http.PostAsync(new Uri(address + "/say?text=hello"), null)).EnsureSuccessStatusCode();
        Assert.Equal("hello", (await FirstAsync(messages)).PayloadText);

        web.Signal(15);
        Assert.Equal(0, (await web.FinishAsync()).ExitCode);
    }

    /// <summary>The far broker starts last: what is too hot waits in the folder while the sample does not run.</summary>
    [Fact]
    public async Task The_edge_keeps_readings_and_passes_on_alarms_when_the_far_broker_is_back()
    {
        string folder = Directory.CreateTempSubdirectory("rawmqtt-edge-sample-").FullName;
        string far = $"mqtt://127.0.0.1:{FreePort.Take()}";
        string[] arguments = [PathOf("Edge"), far, "mqtt://127.0.0.1:0", folder];
        await using (RealProcess edge = RealProcess.Start("dotnet", arguments))
        {
            string address = (await edge.LineAsync("listening on "))["listening on ".Length..];
            await using MqttClient device = await MqttClient.ConnectAsync(address);
            await using MqttSubscription alarms = await device.SubscribeAsync("alarms/#", QualityOfService.AtLeastOnce);
            foreach (string degrees in new[] { "21.5", "35" })
                await device.PublishAsync("sensors/hall/temperature", degrees, QualityOfService.AtLeastOnce);
            Assert.Equal("35", (await FirstAsync(alarms)).PayloadText);

            edge.Signal(15);
            Assert.Equal(0, (await edge.FinishAsync()).ExitCode);
        }

        MqttBrokerSubscription? arrived = null;
        await using MqttBroker broker = await MqttBroker.StartAsync(new MqttBrokerOptions
        {
            Listeners = [far],
            Starting = (starting, _) => Task.FromResult(arrived = starting.Subscribe("#")),
        });
        await using RealProcess again = RealProcess.Start("dotnet", arguments);
        MqttMessage late = await FirstAsync(arrived!);
        Assert.Equal(("site7/alarms/sensors/hall/temperature", "35"), (late.Topic, late.PayloadText));
        again.Signal(15);
        Assert.Equal(0, (await again.FinishAsync()).ExitCode);
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>By name: it needs the packages of Blazor, which the solution does without.</summary>
    [Fact(Explicit = true)]
    public async Task The_Blazor_sample_builds()
    {
        string project = Path.Combine(RealPart.Folder, "..", "..", "docs", "samples", "Blazor");
        await using RealProcess build = RealProcess.Start("dotnet", "build", project, "-c", Configuration, "-v", "quiet");
        Finished built = await build.FinishAsync(TimeSpan.FromMinutes(5));
        Assert.True(built.ExitCode == 0, built.Output + built.Error);
        Assert.True(File.Exists(Path.Combine(project, "bin", Configuration, "net10.0", "BlazorSample.dll")));
    }

    private static async Task<MqttMessage> FirstAsync(IAsyncEnumerable<MqttMessage> messages)
    {
        using var limit = new CancellationTokenSource(RealProcess.Patience);
        await foreach (MqttMessage message in messages.WithCancellation(limit.Token)) return message;
        throw new InvalidOperationException("The messages have ended.");
    }

    private static string PathOf(string sample) =>
        Path.Combine(RealPart.Folder, "..", "..", "docs", "samples", sample, "bin", Configuration, "net10.0", $"{sample}Sample.dll");
}
