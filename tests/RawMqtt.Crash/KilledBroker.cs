// SPDX-License-Identifier: MIT

using System.Diagnostics;
using RawMqtt.Tests.Transports;

namespace RawMqtt.Crash;

/// <summary>A broker with a journal in a process of its own, which is killed with SIGKILL and started again on the same ports.</summary>
internal sealed class KilledBroker(string folder, MqttDurability durability) : IDisposable
{
    private readonly int webSocketPort = FreePort.Take();
    private readonly int tcpPort = FreePort.Take();
    private Process? process;

    public string WebSocketAddress => $"ws://127.0.0.1:{webSocketPort}/mqtt";

    public string TcpAddress => $"mqtt://127.0.0.1:{tcpPort}";

    /// <summary>The program of the other process: it serves until it is killed.</summary>
    public static async Task RunAsync(string folder, MqttDurability durability, params string[] addresses)
    {
        await using MqttBroker broker = await MqttBroker.StartAsync(new MqttBrokerOptions
        {
            Listeners = addresses,
            Durability = durability,
            DataDirectory = folder,
            Limits = new MqttBrokerLimits
            {
                MaxQueuedMessages = int.MaxValue,
                MaxQueuedBytes = int.MaxValue,
                MaxKeptBytes = int.MaxValue,
                MaxJournalMemory = 128 << 10, // messages leave memory,
                JournalSegmentLength = 512 << 10, // and what counts of old files is carried forward
            },
            Log = (level, line) =>
            {
                if (level < MqttLogLevel.Information || line.Contains("journal", StringComparison.Ordinal)) Console.Error.WriteLine(line);
            },
        });
        Console.WriteLine("ready");
        await Task.Delay(Timeout.Infinite); // until it is killed
    }

    /// <summary>Starts the broker; it serves when this completes.</summary>
    public async Task StartAsync()
    {
        process = Run();
        if (await process.StandardOutput.ReadLineAsync() != "ready") throw new InvalidOperationException("The broker did not start.");
    }

    /// <summary>Starts the broker, and kills it soon, perhaps while it reads its journal.</summary>
    public async Task StartAndKillAsync(TimeSpan soon)
    {
        process = Run();
        await Task.Delay(soon); // no event: a kill at any moment of the start is what is tried
        await KillAsync();
    }

    public async Task KillAsync()
    {
        process!.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        process = null;
    }

    public void Dispose()
    {
        process?.Kill();
        process?.Dispose();
    }

    private Process Run()
    {
        string[] arguments = [typeof(KilledBroker).Assembly.Location, "broker", folder, durability.ToString(), WebSocketAddress, TcpAddress];
        return Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true })!;
    }
}
