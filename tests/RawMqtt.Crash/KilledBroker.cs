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
            Limits = new MqttBrokerLimits { MaxQueuedMessages = int.MaxValue, MaxQueuedBytes = int.MaxValue, MaxKeptBytes = int.MaxValue },
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
        string[] arguments = [typeof(KilledBroker).Assembly.Location, "broker", folder, durability.ToString(), WebSocketAddress, TcpAddress];
        process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true })!;
        if (await process.StandardOutput.ReadLineAsync() != "ready") throw new InvalidOperationException("The broker did not start.");
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
}
