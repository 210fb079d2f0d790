// SPDX-License-Identifier: MIT

using RawMqtt.Codec;
using RawMqtt.Explain;
using RawMqtt.Interop.Parts;

namespace RawMqtt.Interop;

/// <summary>The toolkit's page in Chromium, served by <c>rawmqtt broker --toolkit</c>. The scripts in <c>peers/toolkit</c> use it as a person does.</summary>
public class ToolkitTests
{
    private const int FloodRate = 20_000;
    private const int FloodSeconds = 3;

    [Fact]
    public async Task The_page_publishes_receives_and_leaves_a_Will_over_ws()
    {
        await using RealProcess broker = StartBroker("--ws", "127.0.0.1:0");

        string[] lines = await RunAsync("use.mjs", await PageOfAsync(broker, "http:"));

        Assert.Equal(["message QoS 0", "message QoS 1", "message QoS 2", "retained", "will", "two connections", "done"], lines);
    }

    [Fact]
    public async Task The_page_publishes_receives_and_leaves_a_Will_over_wss_with_dev_cert()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("rawmqtt");
        await using RealProcess broker = StartBroker("--wss", "127.0.0.1:0", "--dev-cert", "--dev-cert-dir", folder.FullName);

        string[] lines = await RunAsync("use.mjs", await PageOfAsync(broker, "https:"));

        Assert.Equal("done", lines[^1]);
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task The_client_alone_lives_through_all_that_a_broker_does_for_it()
    {
        await using RealProcess server = StartBroker("--ws", "127.0.0.1:0");
        await using MqttBroker broker = await OurBroker.StartAsync();

        string[] lines = await RunAsync("life.mjs", await PageOfAsync(server, "http:"), OurBroker.Address(broker, "ws"));

        Assert.Equal("received grüße 0 at 0, grüße 1 at 1, grüße 2 at 2", lines[0]);
        Assert.Equal(["retained true", "waited true", "session true", "large true", "ping", "will", "done"], lines[1..]);
        Assert.Equal(0, broker.Statistics.MessagesDropped + broker.Statistics.MessagesShed + broker.Statistics.ProtocolViolations);
    }

    [Fact]
    public async Task The_page_connects_again_after_the_broker_was_killed()
    {
        string port = $"127.0.0.1:{FreePort.Take()}";
        await using RealProcess first = StartBroker("--ws", port);
        await using RealProcess page = StartPage("reconnect.mjs", await PageOfAsync(first, "http:"));
        await page.LineAsync("connected");

        first.KillAtOnce();
        string lost = await page.LineAsync("lost: ");
        await using RealProcess second = StartBroker("--ws", port);
        Finished finished = await page.FinishAsync();

        Assert.True(finished.ExitCode == 0, finished.Output + finished.Error);
        Assert.Contains("1006", lost, StringComparison.Ordinal);
        Assert.Contains($"doctor: rawmqtt doctor ws://{port}/mqtt --page http://{port}", finished.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_packets_of_the_page_are_those_that_the_broker_saw()
    {
        await using RealProcess server = StartBroker("--ws", "127.0.0.1:0");
        using var sent = new MemoryStream();
        using var came = new MemoryStream();
        await using MqttBroker broker = await MqttBroker.StartAsync(new MqttBrokerOptions
        {
            Listeners = ["ws://127.0.0.1:0/mqtt"],
            AllowAnonymous = true,
            Tap = _ => (direction, bytes) => (direction == MqttTapDirection.Received ? sent : came).Write(bytes),
        });

        string[] lines = await RunAsync("packets.mjs", await PageOfAsync(server, "http:"), broker.Addresses[0]);

        string[] shown = [.. lines.Where(line => line.StartsWith("sent ", StringComparison.Ordinal)).Select(line => line[5..])];
        string[] shownCame = [.. lines.Where(line => line.StartsWith("came ", StringComparison.Ordinal)).Select(line => line[5..])];
        Assert.Equal(PacketsOf(sent, MqttRole.Client)[..shown.Length], shown);
        Assert.Equal(PacketsOf(came, MqttRole.Server)[..shownCame.Length], shownCame);
        Assert.Equal((9, 9), (shown.Length, shownCame.Length));
    }

    [Fact]
    public async Task The_modules_without_a_page_convert_payloads_write_code_and_read_the_tour()
    {
        string modules = Path.Combine(RealPart.Folder, "..", "..", "src", "RawMqtt.Toolkit", "wwwroot", "js");
        string tour = Path.Combine(RealPart.Folder, "..", "..", "spec-notes", "tour.md");

        Finished finished = await RealProcess.RunAsync(RealPart.Node, Path.Combine(RealPart.Folder, "peers", "toolkit", "modules.mjs"), modules, tour);

        Assert.True(finished.ExitCode == 0, finished.Output + finished.Error);
        Assert.EndsWith("done\n", finished.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_addresses_are_judged_while_they_are_typed_and_explained_when_they_fail()
    {
        await using RealProcess broker = StartBroker("--ws", "127.0.0.1:0");

        string[] lines = await RunAsync("addresses.mjs", await PageOfAsync(broker, "http:"), $"{FreePort.Take()}");

        Assert.Equal(["refused", "done"], lines[^2..]);
    }

    [Fact]
    public async Task What_a_hostile_broker_sends_stays_text()
    {
        await using RealProcess broker = StartBroker("--ws", "127.0.0.1:0");

        Assert.Equal(["done"], await RunAsync("hostile.mjs", await PageOfAsync(broker, "http:")));
    }

    [Fact]
    public async Task Axe_finds_nothing_and_the_keyboard_suffices()
    {
        await using RealProcess broker = StartBroker("--ws", "127.0.0.1:0");
        DirectoryInfo pictures = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "TestResults", "toolkit"));

        string[] lines = await RunAsync("views.mjs", await PageOfAsync(broker, "http:"), pictures.FullName);

        Assert.Equal(["keyboard", "done"], lines[^2..]);
        Assert.Equal(18, pictures.GetFiles("*.png").Length);
    }

    [Fact]
    public async Task Twenty_thousand_messages_a_second_are_counted_and_the_newest_shown()
    {
        await using RealProcess server = StartBroker("--ws", "127.0.0.1:0");
        await using MqttBroker broker = await OurBroker.StartAsync();
        int count = FloodRate * FloodSeconds;
        await using RealProcess page = StartPage("flood.mjs", await PageOfAsync(server, "http:"), OurBroker.Address(broker, "ws"), $"{count}");
        await page.LineAsync("ready");

        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        for (int sent = 0; sent < count; await tick.WaitForNextTickAsync())
        {
            for (int i = 0; i < FloodRate / 100; i++) broker.Publish("flood", $"message {++sent}");
        }

        Finished finished = await page.FinishAsync();
        Assert.True(finished.ExitCode == 0, finished.Output + finished.Error);
        Assert.Contains($"counted {count - broker.Statistics.MessagesDropped - broker.Statistics.MessagesShed}\n", finished.Output, StringComparison.Ordinal);
    }

    private static RealProcess StartBroker(params string[] arguments) =>
        RealProcess.Start("dotnet", [RealPart.ToolWithPage, "broker", "--toolkit", .. arguments]);

    private static async Task<string> PageOfAsync(RealProcess broker, string scheme) => (await broker.LineAsync($"toolkit     {scheme}//")).Split(' ')[^1];

    private static RealProcess StartPage(string script, params string[] arguments) =>
        RealProcess.Start(RealPart.Node, [Path.Combine(RealPart.Folder, "peers", "toolkit", script), RealPart.Chromium, .. arguments]);

    private static async Task<string[]> RunAsync(string script, params string[] arguments)
    {
        await using RealProcess page = StartPage(script, arguments);
        Finished finished = await page.FinishAsync();
        Assert.True(finished.ExitCode == 0, finished.Output + finished.Error);
        return finished.Output.TrimEnd().Split('\n');
    }

    private static string[] PacketsOf(MemoryStream bytes, MqttRole sender)
    {
        IEnumerable<WireUnit> packets = Decoding.Of(bytes.ToArray(), isWebSocket: true, sender).Units.Where(unit => unit.Kind == WireUnitKind.Packet);
        return [.. packets.Select(packet => Convert.ToHexStringLower(packet.Packet))];
    }
}
