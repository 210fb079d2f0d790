// SPDX-License-Identifier: MIT

using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace RawMqtt.Benchmarks.Brokers;

/// <summary>A broker in a process of its own, with a ws and a tcp listener on 127.0.0.1.</summary>
internal sealed class BrokerProcess : IDisposable
{
    private readonly Process process;
    private readonly string? folder;

    private BrokerProcess(string name, Process process, int ws, int tcp, string? folder)
    {
        Name = name;
        this.process = process;
        this.folder = folder;
        Ws = ws;
        Tcp = tcp;
    }

    public string Name { get; }

    public int Ws { get; }

    public int Tcp { get; }

    /// <summary>User and system time so far.</summary>
    public TimeSpan Cpu
    {
        get
        {
            process.Refresh();
            return process.TotalProcessorTime;
        }
    }

    /// <summary>Resident memory in bytes.</summary>
    public long Memory => 1024 * long.Parse(File.ReadLines($"/proc/{process.Id}/status").First(line => line.StartsWith("VmRSS", StringComparison.Ordinal))
        .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);

    /// <summary>This program once more, as a broker.</summary>
    /// <param name="cores">The processors that it may use; null: all.</param>
    public static BrokerProcess Ours(string? cores = null)
    {
        (int ws, int tcp) = (FreePort(), FreePort());
        string name = $"RawMqtt{(cores is null ? "" : $" on core {cores} alone")}";
        return Start(name, Run(cores, Environment.ProcessPath!, typeof(BrokerProcess).Assembly.Location, "serve", $"{ws}", $"{tcp}"), ws, tcp);
    }

    /// <summary>This program once more, as a broker with a journal in a new folder.</summary>
    public static BrokerProcess Durable(MqttDurability durability)
    {
        (int ws, int tcp) = (FreePort(), FreePort());
        string folder = NewFolder();
        string[] arguments = [typeof(BrokerProcess).Assembly.Location, "serve", $"{ws}", $"{tcp}", $"{durability}", folder];
        return Start($"RawMqtt, {durability}", Run(null, Environment.ProcessPath!, arguments), ws, tcp, folder);
    }

    /// <summary>The benchmark program of another build, as a broker.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="program">Its RawMqtt.Benchmarks.dll, and behind commas what is added to its environment: KEY=VALUE.</param>
    /// <param name="durability">What it keeps, in a new folder.</param>
    public static BrokerProcess OfBuild(string name, string program, MqttDurability durability = MqttDurability.None)
    {
        (int ws, int tcp) = (FreePort(), FreePort());
        string[] parts = program.Split(',');
        string[] arguments = [.. parts[1..], "dotnet", parts[0], "serve", $"{ws}", $"{tcp}"];
        string? folder = durability == MqttDurability.None ? null : NewFolder();
        if (folder is not null) arguments = [.. arguments, $"{durability}", folder];
        return Start(name, Run(null, "env", arguments), ws, tcp, folder);
    }

    /// <summary>MQTTnet's broker with its defaults.</summary>
    public static BrokerProcess MqttNet()
    {
        (int ws, int tcp) = (FreePort(), FreePort());
        return Start("MQTTnet", Run(null, Environment.ProcessPath!, typeof(BrokerProcess).Assembly.Location, "serve-mqttnet", $"{ws}", $"{tcp}"), ws, tcp);
    }

    /// <summary>mosquitto with a queue in which nothing is lost.</summary>
    /// <param name="inFlight">The window to each client; 20 is its default.</param>
    public static BrokerProcess Mosquitto(int inFlight)
    {
        (int ws, int tcp) = (FreePort(), FreePort());
        string file = Path.Combine(Path.GetTempPath(), $"rawmqtt-bench-{Environment.ProcessId}-{inFlight}.conf");
        File.WriteAllText(file, $"user root\nper_listener_settings true\nlog_dest none\nmax_inflight_messages {inFlight}\nmax_queued_messages 0\nlistener "
            + $"{tcp} 127.0.0.1\nallow_anonymous true\nlistener {ws} 127.0.0.1\nprotocol websockets\nsocket_domain ipv4\nallow_anonymous true\n");
        string program = File.Exists("/usr/sbin/mosquitto") ? "/usr/sbin/mosquitto" : "mosquitto";
        return Start($"mosquitto, window {inFlight}", Run(null, program, "-c", file), ws, tcp);
    }

    public void Dispose()
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
        if (folder is not null) Directory.Delete(folder, recursive: true);
    }

    private static string NewFolder() => Directory.CreateTempSubdirectory("rawmqtt-bench-").FullName;

    private static Process Run(string? cores, string program, params string[] arguments)
    {
        bool isHost = Path.GetFileNameWithoutExtension(program) == "dotnet";
        if (!isHost && arguments is [_, "serve", ..]) arguments = arguments[1..];
        if (cores is not null) (program, arguments) = ("taskset", ["-c", cores, program, .. arguments]);
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        return Process.Start(start) ?? throw new InvalidOperationException($"{program} does not start.");
    }

    private static BrokerProcess Start(string name, Process process, int ws, int tcp, string? folder = null)
    {
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var patience = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using var probe = new RawClient("ws", ws);
                probe.Connect("probe");
                return new BrokerProcess(name, process, ws, tcp, folder);
            }
            catch (Exception e) when (e is SocketException or IOException && patience.Elapsed < TimeSpan.FromSeconds(20))
            {
                Thread.Sleep(20);
            }
        }
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
