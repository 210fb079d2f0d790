// SPDX-License-Identifier: MIT

using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using RawMqtt.Interop.Parts;

namespace RawMqtt.Interop;

/// <summary>What docs/operating.md tells an operator is done here, as it stands there.</summary>
[Collection("packs")]
public sealed class OperatingTests : IDisposable
{
    private static readonly string docs = Path.GetFullPath(Path.Combine(RealPart.Folder, "..", "..", "docs"));

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("rawmqtt-");

    public void Dispose() => folder.Delete(recursive: true);

    /// <summary>The blocks of the walk are one script; only the ports are others.</summary>
    [Fact]
    public async Task The_walk_works_as_it_stands()
    {
        _ = (RealPart.Curl, RealPart.OpenSsl);
        string page = await File.ReadAllTextAsync(Path.Combine(docs, "operating.md"));
        string walk = Regex.Match(page, @"^## A walk$(.*?)^## ", RegexOptions.Singleline | RegexOptions.Multiline).Groups[1].Value;
        MatchCollection found = Regex.Matches(walk, @"^```sh\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline);
        string[] blocks = [.. found.Select(block => block.Groups[1].Value)];
        Assert.True(blocks.Length > 6, $"The walk has {blocks.Length} blocks only.");
        string script = string.Concat(blocks).Replace("8084", $"{FreePort.Take()}", StringComparison.Ordinal)
            .Replace("9090", $"{FreePort.Take()}", StringComparison.Ordinal);
        await InstallToolAsync();
        string tool = Path.Combine(folder.FullName, "tool");
        string begin = $"set -euo pipefail\ncd {folder.FullName}\nexport PATH={tool}:$PATH\ntrap 'kill ${{BROKER:-}} 2> /dev/null || true' EXIT\n";
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "walk.sh"), begin + script);

        await using RealProcess walking = RealProcess.Start("bash", Path.Combine(folder.FullName, "walk.sh"));
        Finished walked = await walking.FinishAsync(TimeSpan.FromMinutes(3)); // a dozen programs, one after the other
        string log = File.Exists(Path.Combine(folder.FullName, "broker.log")) ? await File.ReadAllTextAsync(Path.Combine(folder.FullName, "broker.log")) : "";
        Assert.True(walked.ExitCode == 0, walked.Output + walked.Error + log);
        string[] lines = walked.Output.Split('\n');
        foreach (string expected in new[] { "ready", "ok", "pumps/1/state running", "exit code 7", "alarms/1 hot", "rawmqtt_clients_connected_total 5" })
            Assert.Contains(expected, lines);
        Assert.Contains("\"MaxPacketLength\": 1048576, // broker.json:9", walked.Output);
        Assert.DoesNotContain("s3cret", log);
    }

    [Fact]
    public async Task The_unit_file_is_one_of_systemd()
    {
        string systemd = RealPart.SystemdAnalyze;
        string unit = Path.Combine(folder.FullName, "rawmqtt.service");
        string text = await File.ReadAllTextAsync(Path.Combine(docs, "rawmqtt.service"));
        await File.WriteAllTextAsync(unit, text.Replace("/usr/local/bin/rawmqtt", Path.ChangeExtension(RealPart.Tool, null), StringComparison.Ordinal));
        Finished verified = await RealProcess.RunAsync(systemd, "verify", unit);
        Assert.True(verified.ExitCode == 0, verified.Output + verified.Error);
        Assert.Equal("", verified.Error);
    }

    /// <summary>As the service manager starts it: the tool says that it is ready, and shows signs of life.</summary>
    [Fact]
    public async Task The_tool_tells_the_service_manager_how_it_is()
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("Only Linux has systemd.");
        using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        string path = Path.Combine(folder.FullName, "notify");
        manager.Bind(new UnixDomainSocketEndPoint(path));
        Dictionary<string, string> environment = new() { ["NOTIFY_SOCKET"] = path, ["WATCHDOG_USEC"] = "400000" };
        await using RealProcess tool = RealProcess.Start("dotnet", [RealPart.Tool, "broker", "--tcp", "127.0.0.1:0"], environment);
        Assert.StartsWith("READY=1\nSTATUS=listening on mqtt://127.0.0.1:", await ReceiveAsync(manager), StringComparison.Ordinal);
        Assert.Equal("WATCHDOG=1", await ReceiveAsync(manager));
        tool.Signal(1);
        await ReceiveAsync(manager, "RELOADING=1\n");
        await tool.LineAsync("event=reloaded");
        tool.Signal(15);
        await ReceiveAsync(manager, "STOPPING=1");
        Assert.Equal(0, (await tool.FinishAsync()).ExitCode);
    }

    /// <summary>The file of the package, wherever it is installed.</summary>
    [Fact]
    public async Task The_configuration_of_Debian_is_translated()
    {
        _ = RealPart.Mosquitto;
        const string debian = "/etc/mosquitto/mosquitto.conf";
        if (!File.Exists(debian)) Assert.Skip("The package mosquitto is not installed in the way of Debian.");
        Finished imported = await RealProcess.RunToolAsync("broker", "import", debian);
        Assert.Equal(0, imported.ExitCode);
        Assert.Contains("not translated: mosquitto.conf:", imported.Error, StringComparison.Ordinal);
        string file = Path.Combine(folder.FullName, "broker.json");
        await File.WriteAllTextAsync(file, imported.Output);
        Finished printed = await RealProcess.RunToolAsync("broker", "--config", file, "--print-config");
        Assert.True(printed.ExitCode == 0, printed.Error);
        Assert.Contains("\"Listeners\": [\"mqtt://127.0.0.1:1883\"]", printed.Output, StringComparison.Ordinal);
    }

    /// <summary>As docs/install.md says, from a package that was built a moment ago, and from nowhere else.</summary>
    private async Task InstallToolAsync()
    {
        string source = folder.CreateSubdirectory("package").FullName;
        string project = Path.GetFullPath(Path.Combine(docs, "..", "src", "RawMqtt.Cli"));
        string configuration = new DirectoryInfo(Path.GetDirectoryName(RealPart.Tool)!).Parent!.Name;
        await using RealProcess packing = RealProcess.Start("dotnet", "pack", project, "-c", configuration, "--no-build", "-o", source, "-nodeReuse:false");
        Finished packed = await packing.FinishAsync(TimeSpan.FromMinutes(2));
        Assert.True(packed.ExitCode == 0, packed.Output + packed.Error);
        string sources = Path.Combine(source, "nuget.config");
        string only = $"<packageSources><clear/><add key=\"here\" value=\"{source}\"/></packageSources>";
        await File.WriteAllTextAsync(sources, $"<configuration>{only}</configuration>");
        Finished installed = await RealProcess.RunAsync(
            "dotnet", "tool", "install", "RawMqtt.Cli", "--tool-path", Path.Combine(folder.FullName, "tool"), "--configfile", sources);
        Assert.True(installed.ExitCode == 0, installed.Output + installed.Error);
    }

    /// <summary>Waits for the message with this beginning; signs of life come between.</summary>
    private static async Task ReceiveAsync(Socket socket, string beginning)
    {
        while (!(await ReceiveAsync(socket)).StartsWith(beginning, StringComparison.Ordinal))
        {
            // another one
        }
    }

    private static async Task<string> ReceiveAsync(Socket socket)
    {
        byte[] bytes = new byte[1024];
        using var limit = new CancellationTokenSource(RealProcess.Patience);
        int count = await socket.ReceiveAsync(bytes.AsMemory(), SocketFlags.None, limit.Token);
        return Encoding.UTF8.GetString(bytes, 0, count);
    }
}
