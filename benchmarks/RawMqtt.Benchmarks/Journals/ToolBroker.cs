// SPDX-License-Identifier: MIT

using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using RawMqtt.Benchmarks.Brokers;

namespace RawMqtt.Benchmarks.Journals;

/// <summary><c>rawmqtt broker --data</c> in a process of its own, over one folder, which may be killed and started again.</summary>
/// <param name="program">RawMqtt.Cli.dll of a build.</param>
/// <param name="settings">What follows <c>--set</c>.</param>
internal sealed class ToolBroker(string program, params string[] settings) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string folder = Directory.CreateTempSubdirectory("rawmqtt-bench-").FullName;
    private Process? process;

    public int Tcp { get; } = FreePort();

    /// <summary>The bytes of all files of the journal.</summary>
    public long Length => Files.Sum(file => file.Exists ? file.Length : 0);

    /// <summary>The number of the oldest file: one less were deleted.</summary>
    public int OldestFile => Files.Select(file => int.Parse(file.Name.AsSpan(0, 10), CultureInfo.InvariantCulture)).Min();

    /// <summary>Resident memory in bytes.</summary>
    public long Memory => Status("VmRSS");

    /// <summary>The most resident memory so far in bytes.</summary>
    public long PeakMemory => Status("VmHWM");

    /// <summary>What it logged of its journal.</summary>
    public List<string> Log { get; } = [];

    private FileInfo[] Files => new DirectoryInfo(folder).GetFiles("*.journal");

    /// <summary>Starts a process.</summary>
    /// <returns>The time until it has accepted a client.</returns>
    public TimeSpan Start()
    {
        string[] arguments = [program, "broker", "--tcp", $"127.0.0.1:{Tcp}", "--data", folder, .. settings.SelectMany(setting => new[] { "--set", setting })];
        var started = Stopwatch.StartNew();
        process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data?.Contains("journal", StringComparison.Ordinal) == true) Log.Add(line.Data);
        };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        while (true)
        {
            try
            {
                using var probe = new RawClient("tcp", Tcp, small: true);
                probe.Connect("probe");
                return started.Elapsed;
            }
            catch (Exception e) when (e is SocketException or IOException && started.Elapsed < Patience)
            {
                Thread.Sleep(5);
            }
        }
    }

    public void Kill()
    {
        process!.Kill();
        process.WaitForExit();
        process.Dispose();
    }

    public void Dispose()
    {
        Kill();
        Directory.Delete(folder, recursive: true);
    }

    private long Status(string name) => 1024 * long.Parse(
        File.ReadLines($"/proc/{process!.Id}/status").First(line => line.StartsWith(name, StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture);

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
