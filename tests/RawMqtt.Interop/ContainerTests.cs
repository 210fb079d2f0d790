// SPDX-License-Identifier: MIT

using RawMqtt.Interop.Parts;

namespace RawMqtt.Interop;

/// <summary>The root of the container, run without a container engine: with chroot, as its unprivileged user.</summary>
public class ContainerTests
{
    [Fact]
    public async Task The_laid_out_root_serves_wss_as_an_unprivileged_user()
    {
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root") Assert.Skip("Only root may change the root of a process.");
        string unshare = RealPart.Unshare;
        using Certificates certificates = await Certificates.MakeAsync();
        DirectoryInfo folder = Directory.CreateTempSubdirectory("rawmqtt-");
        string root = Path.Combine(folder.FullName, "root");
        string layout = Path.GetFullPath(Path.Combine(RealPart.Folder, "..", "..", "docs", "container", "layout.sh"));
        Finished laidOut = await RealProcess.RunAsync("bash", layout, Path.GetDirectoryName(RealPart.Tool)!, root);
        Assert.True(laidOut.ExitCode == 0, laidOut.Output + laidOut.Error);
        Assert.Empty(Directory.EnumerateFiles(root, "*sh", SearchOption.AllDirectories));
        string pem = await File.ReadAllTextAsync(certificates.Chain("good")) + await File.ReadAllTextAsync(certificates.Key("good"));
        await File.WriteAllTextAsync(Path.Combine(root, "etc", "rawmqtt", "server.pem"), pem);
        await File.WriteAllTextAsync(
            Path.Combine(root, "etc", "rawmqtt", "broker.json"), """{ "Listeners": ["wss://127.0.0.1:0/mqtt"], "CertificateFile": "server.pem" }""");

        // /proc and /dev/urandom are there in any container: the engine mounts them
        const string run = "mount -t proc proc \"$0/proc\" && install -D /dev/null \"$0/dev/urandom\" && mount --bind /dev/urandom \"$0/dev/urandom\" "
            + "&& exec chroot --userspec=10001:10001 \"$0\" "
            + "/dotnet/dotnet /app/RawMqtt.Cli.dll broker --config /etc/rawmqtt/broker.json";
        Dictionary<string, string> environment = new() { ["DOTNET_EnableDiagnostics"] = "0" };
        await using (RealProcess broker = RealProcess.Start(unshare, ["--mount", "sh", "-c", run, root], environment))
        {
            string listening = await broker.LineAsync("listening wss:");
            await broker.LineAsync("ready");
            string status = await File.ReadAllTextAsync($"/proc/{broker.Id}/status");
            Assert.Contains("\nUid:\t10001\t10001\t10001\t10001\n", status, StringComparison.Ordinal);
            Assert.Contains("\nCapEff:\t0000000000000000\n", status, StringComparison.Ordinal);
            int port = new Uri(listening[listening.IndexOf("wss:", StringComparison.Ordinal)..].Trim()).Port;
            await using MqttClient client = await MqttClient.ConnectAsync(new MqttClientOptions
            {
                Address = $"wss://localhost:{port}/mqtt",
                Tls = new MqttTlsOptions { CertificateAuthorityFile = certificates.Authority },
            });
            await using MqttSubscription messages = await client.SubscribeAsync("a", QualityOfService.AtLeastOnce);
            await client.PublishAsync("a", "from the container", QualityOfService.AtLeastOnce);
            await foreach (MqttMessage message in messages)
            {
                Assert.Equal("from the container", message.PayloadText);
                break;
            }

            await client.DisposeAsync();
            broker.Signal(15);
            Assert.Equal(0, (await broker.FinishAsync()).ExitCode);
        }

        folder.Delete(recursive: true);
    }
}
