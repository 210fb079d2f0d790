// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Text.RegularExpressions;
using RawMqtt.Interop.Parts;

namespace RawMqtt.Interop;

/// <summary>The tool beside mosquitto_pub and mosquitto_sub, at the same broker.</summary>
public partial class MosquittoToolsTests
{
    [Fact]
    public async Task Examples_of_the_man_pages_do_the_same()
    {
        _ = RealPart.Mosquitto;
        _ = RealPart.MosquittoSub;
        _ = RealPart.Ip;
        string script = Path.Combine(RealPart.Folder, "peers", "man-examples.sh");

        Finished finished = await RealProcess.RunAsync(RealPart.Unshare, "-rnpf", "--kill-child", "bash", script, RealPart.Tool);

        Assert.True(finished.ExitCode == 0, $"{finished.Output}\n{finished.Error}");
    }

    /// <summary>Times are masked; what a letter does with width, flags and precision is compared byte by byte.</summary>
    [Fact]
    public async Task Formats_print_the_same()
    {
        await using Mosquitto broker = await Mosquitto.StartAsync();
        string port = broker.Port.ToString(CultureInfo.InvariantCulture);
        await PublishAsync(port, "k/a", "hello \"w\"é");
        await PublishAsync(port, "k/b", "{\"a\":1,\"b\":[1,2]}");
        const string format = @"%x|%X|%20p|%-30p|%10t|%-10t|%010l|%-5l|%.2t|%m|%q%r|%.3p|%I|%-40I|%.4I|%U|@Y-@m-@d@@ @j @N|%A%E|\0\a\e|%05m|%-5m|%j";
        string[] arguments = ["-h", "127.0.0.1", "-p", port, "-t", "k/+", "-q", "1", "-C", "2", "-W", "100", "-F", format];

        Finished real = await RealProcess.RunAsync(RealPart.MosquittoSub, arguments);
        Finished ours = await RealProcess.RunToolAsync(["sub", .. arguments]);

        Assert.Equal((0, ""), (ours.ExitCode, ours.Error));
        Assert.Equal(Sorted(real.Output), Sorted(ours.Output));
    }

    /// <summary>Each option that the real programs show in their help has a row in docs/tool.md.</summary>
    [Fact]
    public async Task Each_option_of_the_real_programs_has_its_row()
    {
        string page = await File.ReadAllTextAsync(Path.Combine(RealPart.Folder, "..", "..", "docs", "tool.md"));
        Finished pub = await RealProcess.RunAsync(RealPart.MosquittoPub, "--help");
        Finished sub = await RealProcess.RunAsync(RealPart.MosquittoSub, "--help");
        string mqtt = Path.Combine(RealPart.Folder, "node_modules", "mqtt", "build", "bin", "mqtt.js");
        Finished jsPub = await RealProcess.RunAsync(RealPart.Node, mqtt, "help", "publish");
        Finished jsSub = await RealProcess.RunAsync(RealPart.Node, mqtt, "help", "subscribe");

        IEnumerable<Match> found = new[] { pub, sub, jsPub, jsSub }.SelectMany(help => OptionOf().Matches(help.Output));
        string[] names = [.. found.Select(match => match.Groups[1].Value).Distinct()];
        Assert.True(names.Length > 60, string.Join(' ', names));
        Assert.DoesNotContain(names, name => !page.Contains($"`{name}`", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Files_of_mosquitto_and_accounts_give_what_the_command_line_leaves_out()
    {
        await using MqttBroker broker = await OurBroker.StartAsync();
        var address = new Uri(OurBroker.Address(broker, "tcp"));
        string folder = Directory.CreateTempSubdirectory("rawmqtt-config-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "mosquitto_pub"), $"# mine\n-h 127.0.0.1\n-p {address.Port}\n-t from/file\n");
        Directory.CreateDirectory(Path.Combine(folder, "rawmqtt"));
        string accounts = Path.Combine(folder, "rawmqtt", "config.json");
        string here = $$"""{ "url": "mqtt://127.0.0.1:{{address.Port}}", "clientId": "of-account" }""";
        await File.WriteAllTextAsync(accounts, $$"""{ "accounts": { "here": {{here}} } }""");
        await RealProcess.RunAsync("chmod", "600", accounts);
        var environment = new Dictionary<string, string> { ["XDG_CONFIG_HOME"] = folder };
        await using RealProcess sub = RealProcess.Start(
            "dotnet", [RealPart.Tool, "sub", "--account", "here", "-t", "from/#", "-C", "1", "-v", "--trace"], environment);
        await sub.LineAsync("SUBACK");

        await using RealProcess pub = RealProcess.Start("dotnet", [RealPart.Tool, "pub", "-m", "hello"], environment);

        Finished published = await pub.FinishAsync();
        Assert.True(published.ExitCode == 0, published.Error);
        Assert.Equal("from/file hello\n", (await sub.FinishAsync()).Output);
        Directory.Delete(folder, recursive: true);
    }

    private static async Task PublishAsync(string port, string topic, string text) =>
        Assert.Equal(0, (await RealProcess.RunAsync(RealPart.MosquittoPub, "-h", "127.0.0.1", "-p", port, "-t", topic, "-m", text, "-r", "-q", "1")).ExitCode);

    private static string[] Sorted(string output) =>
        [.. output.Split('\n').Select(line => Nanoseconds().Replace(Clock().Replace(line, "CLOCK"), "NANOSECONDS")).Order(StringComparer.Ordinal)];

    [GeneratedRegex(@"(?m)(?:^ |^  |[\[{/]|, )(--?[A-Za-z][A-Za-z0-9-]*)")]
    private static partial Regex OptionOf();

    [GeneratedRegex(@"T\d\d:\d\d:\d\d(\.\d{6}Z?)?|\b\d{10}\.\d{9}\b")]
    private static partial Regex Clock();

    [GeneratedRegex(@"(?<=@ \d{3} )\d{9}")]
    private static partial Regex Nanoseconds();
}
