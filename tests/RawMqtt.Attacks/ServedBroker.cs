// SPDX-License-Identifier: MIT

using System.Diagnostics;

namespace RawMqtt.Attacks;

/// <summary>A broker in a process of its own, as the tool runs it: with completions on the thread that notices them.</summary>
internal sealed class ServedBroker : IDisposable
{
    private readonly Process process;

    private ServedBroker(Process process)
    {
        this.process = process;
        string[] ports = process.StandardOutput.ReadLine()!.Split(' ');
        (TcpPort, WsPort) = (int.Parse(ports[0]), int.Parse(ports[1]));
    }

    public int TcpPort { get; }

    public int WsPort { get; }

    public bool IsAlive => !process.HasExited;

    /// <summary>In MiB.</summary>
    public long PeakMemory
    {
        get
        {
            if (process.HasExited) return 0;
            process.Refresh();
            return process.PeakWorkingSet64 >> 20;
        }
    }

    public static ServedBroker Start(bool isGuarded, int heapLimit)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(ServedBroker).Assembly.Location, "serve", .. isGuarded ? ["guarded"] : Array.Empty<string>()])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS"] = "1";
        if (heapLimit > 0) start.Environment["DOTNET_GCHeapHardLimit"] = $"0x{(long)heapLimit << 20:x}";
        return new ServedBroker(Process.Start(start)!);
    }

    /// <summary>Serves until the input ends.</summary>
    public static async Task RunAsync(bool isGuarded)
    {
        string? passwords = null;
        if (isGuarded)
        {
            passwords = Path.GetTempFileName();
            await File.WriteAllTextAsync(passwords, MqttPasswordFile.CreateEntry(HonestClient.UserName, HonestClient.Password));
        }

        await using (MqttBroker broker = await MqttBroker.StartAsync(new MqttBrokerOptions
        {
            Listeners = ["mqtt://127.0.0.1:0", "ws://127.0.0.1:0/mqtt"],
            PasswordFile = passwords,
            SystemTopicsInterval = TimeSpan.Zero,
            AllowAnonymous = isGuarded ? null : true,
        }))
        {
            Console.WriteLine($"{new Uri(broker.Addresses[0]).Port} {new Uri(broker.Addresses[1]).Port}");
            while (await Console.In.ReadLineAsync() is not null)
            {
            }
        }

        if (passwords is not null) File.Delete(passwords);
    }

    public void Dispose()
    {
        if (!process.HasExited) process.StandardInput.Close();
        if (!process.WaitForExit(TimeSpan.FromSeconds(10))) process.Kill();
        process.Dispose();
    }
}
