// SPDX-License-Identifier: MIT

using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace RawMqtt.Attacks;

/// <summary>A broker in a process of its own, as the tool runs it: with completions on the thread that notices them.</summary>
internal sealed class ServedBroker : IDisposable
{
    public const int MaxRetained = 100_000;

    /// <summary>How long an unfinished packet may bring nothing, if the attack is about that.</summary>
    public static readonly TimeSpan ShortPacketTime = TimeSpan.FromSeconds(2);

    private readonly Process process;

    private ServedBroker(Process process)
    {
        this.process = process;
        string[] ports = process.StandardOutput.ReadLine()!.Split(' ');
        (TcpPort, WsPort, TlsPort) = (int.Parse(ports[0]), int.Parse(ports[1]), int.Parse(ports[2]));
    }

    public int TcpPort { get; }

    public int WsPort { get; }

    /// <summary>MQTT over TLS, with a certificate that nobody signed.</summary>
    public int TlsPort { get; }

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

    public static ServedBroker Start(Attack attack)
    {
        string[] words = [attack.IsGuarded ? "guarded" : "", attack.IsPacketTimeShort ? "short" : ""];
        string[] command = ["dotnet", typeof(ServedBroker).Assembly.Location, "serve", .. words];
        if (attack.HandleLimit > 0) command = ["sh", "-c", $"ulimit -n {attack.HandleLimit}; exec \"$@\"", "sh", .. command];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS"] = "1";
        if (attack.HeapLimit > 0) start.Environment["DOTNET_GCHeapHardLimit"] = $"0x{(long)attack.HeapLimit << 20:x}";
        return new ServedBroker(Process.Start(start)!);
    }

    /// <summary>Serves until the input ends.</summary>
    public static async Task RunAsync(bool isGuarded, bool isShort)
    {
        string? passwords = null;
        if (isGuarded)
        {
            passwords = Path.GetTempFileName();
            await File.WriteAllTextAsync(passwords, MqttPasswordFile.CreateEntry(HonestClient.UserName, HonestClient.Password));
        }

        string certificate = Path.GetTempFileName();
        using (ECDsa key = ECDsa.Create())
        {
            var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
            using X509Certificate2 made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
            await File.WriteAllTextAsync(certificate, made.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem());
        }

        await using (MqttBroker broker = await MqttBroker.StartAsync(new MqttBrokerOptions
        {
            Listeners = ["mqtt://127.0.0.1:0", "ws://127.0.0.1:0/mqtt", "mqtts://127.0.0.1:0"],
            CertificateFile = certificate,
            KeyFile = certificate,
            Limits = isShort ? new MqttBrokerLimits { PacketRateTime = ShortPacketTime } : new MqttBrokerLimits { MaxRetainedMessages = MaxRetained },
            PasswordFile = passwords,
            SystemTopicsInterval = TimeSpan.Zero,
            AllowAnonymous = isGuarded ? null : true,
        }))
        {
            Console.WriteLine($"{new Uri(broker.Addresses[0]).Port} {new Uri(broker.Addresses[1]).Port} {new Uri(broker.Addresses[2]).Port}");
            while (await Console.In.ReadLineAsync() is not null)
            {
            }
        }

        File.Delete(certificate);
        if (passwords is not null) File.Delete(passwords);
    }

    public void Dispose()
    {
        if (!process.HasExited) process.StandardInput.Close();
        if (!process.WaitForExit(TimeSpan.FromSeconds(10))) process.Kill();
        process.Dispose();
    }
}
