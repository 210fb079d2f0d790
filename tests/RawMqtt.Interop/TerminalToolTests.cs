// SPDX-License-Identifier: MIT

using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using RawMqtt.Interop.Parts;

namespace RawMqtt.Interop;

/// <summary>The tool at a pseudo terminal: its status line, its colours, and what it lets through to the screen.</summary>
public partial class TerminalToolTests
{
    private static readonly Dictionary<string, string> Plain = new() { ["NO_COLOR"] = "1" };

    /// <summary>The console of .NET switches a terminal's keypad (ESC [?1h ESC =) when a program first uses it.</summary>
    [Theory]
    [InlineData("--help")]
    [InlineData("--version")]
    [InlineData("help sub")]
    [InlineData("help --man")]
    [InlineData("completion bash")]
    [InlineData("decode 330a0003612f62000a686921")]
    [InlineData("encode {\"type\":\"PINGREQ\"}")]
    [InlineData("demo")]
    [InlineData("broker --limits")]
    [InlineData("broker --print-config")]
    [InlineData("nonsense")]
    [InlineData("ping URL -C 1")]
    [InlineData("doctor URL")]
    [InlineData("pub URL a b --trace")]
    [InlineData("sub URL a -E")]
    [InlineData("retained list URL #")]
    [InlineData("bench pub URL --count 10")]
    public async Task No_command_sends_codes_of_the_runtime(string arguments)
    {
        await using MqttBroker broker = await OurBroker.StartAsync();

        AtTerminal run = await AtTerminal.RunAsync([], Plain, arguments.Replace("URL", OurBroker.Address(broker, "tcp"), StringComparison.Ordinal).Split(' '));

        Assert.DoesNotContain("\e", WithoutStatus(run.Shown), StringComparison.Ordinal);
        Assert.Equal(arguments is "nonsense" or "decode 330a0003612f62000a686921" ? run.ExitCode : 0, run.ExitCode);
    }

    [Fact]
    public async Task Status_line_says_what_sub_waits_for_and_vanishes_before_the_output()
    {
        await using MqttBroker broker = await OurBroker.StartAsync();
        string url = OurBroker.Address(broker, "tcp");

        AtTerminal sub = await AtTerminal.RunAsync(
            ["--at", "waiting for messages of a/#", $"dotnet {RealPart.Tool} pub {url} a/b hello"], Plain, "sub", url, "a/#", "-C", "1", "-v");

        Assert.Equal(0, sub.ExitCode);
        Assert.Contains("\r\e[?7lwaiting for messages of a/#\e[K\e[?7h", sub.Shown, StringComparison.Ordinal);
        Assert.EndsWith("\r\e[Ka/b hello\r\n", sub.Shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_line_says_that_it_connects_and_vanishes_before_the_error()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;

        AtTerminal pub = await AtTerminal.RunAsync(
            ["--error-only", "--at", "connecting to", "kill -15 $PROGRAM"], Plain, "pub", $"mqtt://me:secret@127.0.0.1:{port}", "a", "b");

        Assert.Equal((143, ""), (pub.ExitCode, pub.Output));
        Assert.Contains($"connecting to mqtt://127.0.0.1:{port}: ", pub.Shown, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", pub.Shown, StringComparison.Ordinal);
        Assert.EndsWith("\r\e[Krawmqtt: a signal ended the command before it was done.\r\n", pub.Shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watching_keeps_a_line_for_each_topic()
    {
        await using MqttBroker broker = await OurBroker.StartAsync();
        string url = OurBroker.Address(broker, "tcp");
        await using MqttClient client = await MqttClient.ConnectAsync(url);
        foreach ((string topic, string text) in new[] { ("a/1", "one"), ("a/2", "two") })
            await client.PublishAsync(topic, text, QualityOfService.AtLeastOnce, retain: true);

        AtTerminal sub = await AtTerminal.RunAsync(
            ["--at", "two", $"dotnet {RealPart.Tool} pub {url} a/1 three"], Plain, "sub", url, "a/#", "-C", "3", "-w");

        Assert.Equal(0, sub.ExitCode);
        Assert.EndsWith("\e[2J\e[1;1H\e[2Ka/1 one\e[2;1H\e[2;1H\e[2Ka/2 two\e[3;1H\e[1;1H\e[2Ka/1 three\e[3;1H", sub.Shown, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--quiet")]
    [InlineData("--trace")]
    public async Task Status_line_is_left_out_where_it_would_disturb(string option)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        string url = $"mqtt://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";

        AtTerminal pub = await AtTerminal.RunAsync(["--error-only"], Plain, "pub", url, "a", "b", "--connect-timeout", "1", option);

        Assert.Equal(2, pub.ExitCode);
        Assert.DoesNotContain("\e", pub.Shown, StringComparison.Ordinal);
        Assert.DoesNotContain("connecting", pub.Shown, StringComparison.Ordinal);
    }

    /// <summary>The server reads nothing, so that the message stays on its way until the signal.</summary>
    [Fact]
    public async Task Progress_of_a_large_file_has_its_rate()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        string file = Path.GetTempFileName();
        await File.WriteAllBytesAsync(file, new byte[50_000_000]);
        Task<AtTerminal> running = AtTerminal.RunAsync(["--error-only", "--at", "publishing: ", "kill -2 $PROGRAM"], Plain,
            "pub", $"mqtt://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}", "-t", "a", "-f", file, "-q", "1");
        using Socket server = await listener.AcceptSocketAsync();
        await server.ReceiveAsync(new byte[100]);
        await server.SendAsync(new byte[] { 0x20, 2, 0, 0 });

        AtTerminal pub = await running;

        Assert.Equal(130, pub.ExitCode);
        Assert.Matches(@"publishing: \d+\.\d of 50\.0 MB, \d+ %, \d+\.\d MB/s, [\d:]+( s)? left\e\[K", pub.Shown);
        File.Delete(file);
    }

    [Fact]
    public async Task Colours_stay_on_terminals_and_obey_no_color()
    {
        AtTerminal coloured = await AtTerminal.RunAsync("sub", "--help");
        AtTerminal plain = await AtTerminal.RunAsync([], Plain, "sub", "--help");
        AtTerminal dumb = await AtTerminal.RunAsync([], new Dictionary<string, string> { ["TERM"] = "dumb" }, "sub", "--help");
        AtTerminal piped = await AtTerminal.RunAsync(["--error-only"], new Dictionary<string, string>(), "sub", "--help");
        AtTerminal wrong = await AtTerminal.RunAsync(["--error-only"], new Dictionary<string, string>(), "nonsense");

        Assert.Contains("\e[1mUsage:\e[0m", coloured.Shown, StringComparison.Ordinal);
        Assert.All((string[])[plain.Shown, dumb.Shown, piped.Output], text => Assert.Contains("Usage:", text, StringComparison.Ordinal));
        Assert.All((string[])[plain.Shown, dumb.Shown, piped.Output], text => Assert.DoesNotContain("\e", text, StringComparison.Ordinal));
        Assert.StartsWith("\e[31mrawmqtt:\e[0m \"nonsense\" is not known", wrong.Shown, StringComparison.Ordinal);
    }

    /// <summary>C0, DEL, C1, and what changes the direction of text: from a topic and a payload, by each command that prints them.</summary>
    [Theory]
    [InlineData("sub URL -t evil/# -v -C 1")]
    [InlineData("sub URL -t evil/# -C 1 -F %t|%p|%I")]
    [InlineData("sub URL -t evil/# -C 1 -F %j")]
    [InlineData("sub URL -t evil/# -C 1 -F %j --pretty")]
    [InlineData("sub URL -t evil/# -C 1 -w")]
    [InlineData("sub URL -t evil/# -C 1 --trace")]
    [InlineData("retained list URL #")]
    [InlineData("retained list URL # --json")]
    [InlineData("retained clear URL # --dry-run")]
    [InlineData("record URL - -C 1")]
    public async Task Nothing_that_moves_text_reaches_the_screen(string arguments)
    {
        const string Evil = "a\u0001\u0007\b\t\e[2J\u007f\u0085\u009b31m\u202e\u2066\u200fz";
        await using MqttBroker broker = await OurBroker.StartAsync();
        string url = OurBroker.Address(broker, "tcp");
        await using (MqttClient client = await MqttClient.ConnectAsync(url))
        {
            await client.PublishAsync($"evil/{Evil}", Evil, QualityOfService.AtLeastOnce, retain: true);
        }

        AtTerminal run = await AtTerminal.RunAsync([], Plain, arguments.Replace("URL", url, StringComparison.Ordinal).Split(' '));

        Assert.Equal(0, run.ExitCode);
        string shown = WithoutStatus(WithoutWatch(run.Shown)).Replace("\r\n", "\n", StringComparison.Ordinal);
        Assert.Contains("evil/", shown, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200f\u202e\u2066]", shown);
        if (!arguments.EndsWith("--pretty", StringComparison.Ordinal)) Assert.DoesNotContain("\t", shown, StringComparison.Ordinal);
    }

    private static string WithoutStatus(string shown) => StatusCodes().Replace(shown, "");

    private static string WithoutWatch(string shown) => WatchCodes().Replace(shown, "");

    [GeneratedRegex(@"\r\e\[\?7l[^\e]*\e\[K\e\[\?7h|\r\e\[K")]
    private static partial Regex StatusCodes();

    [GeneratedRegex(@"\e\[2J(?=\e)|\e\[\d+;1H|\e\[2K")]
    private static partial Regex WatchCodes();
}
