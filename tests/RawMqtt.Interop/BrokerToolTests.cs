// SPDX-License-Identifier: MIT

using System.Net;
using System.Net.Sockets;
using RawMqtt.Interop.Parts;

namespace RawMqtt.Interop;

/// <summary>What of the broker is reached by the tool alone.</summary>
public class BrokerToolTests
{
    [Fact]
    public async Task Limits_are_printed_as_a_table()
    {
        Finished table = await RealProcess.RunAsync("dotnet", RealPart.Tool, "broker", "--limits");

        Assert.Equal(0, table.ExitCode);
        Assert.StartsWith("limit ", table.Output, StringComparison.Ordinal);
        Assert.Contains("\nMaxPacketLength        16 MiB ", table.Output, StringComparison.Ordinal);
        Assert.Contains("\nMaxQueuedMessages      1000 ", table.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_entry_of_passwd_lets_its_user_in()
    {
        string file = Path.GetTempFileName();
        try
        {
            Finished entry = await RealProcess.RunAsync("sh", "-c", "echo s3cret | dotnet \"$0\" passwd alice", RealPart.Tool);
            Assert.StartsWith("alice:$pbkdf2-sha256$", entry.Output, StringComparison.Ordinal);
            await File.WriteAllTextAsync(file, entry.Output);
            await using MqttBroker broker = await MqttBroker.StartAsync(new MqttBrokerOptions { Listeners = ["mqtt://127.0.0.1:0"], PasswordFile = file });
            var options = new MqttClientOptions { Address = broker.Addresses[0], UserName = "alice", ReconnectDelay = TimeSpan.Zero };

            await using MqttClient alice = await MqttClient.ConnectAsync(options with { Password = "s3cret"u8.ToArray() });
            MqttException wrong = await Assert.ThrowsAsync<MqttException>(() => MqttClient.ConnectAsync(options with { Password = "secret"u8.ToArray() }));
            Assert.Equal(RawMqtt.Codec.ConnectReturnCode.BadUserNameOrPassword, wrong.ReturnCode);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>A runtime that finds no free handle may end its process: so the last ones are not given to connections.</summary>
    [Fact]
    public async Task Connections_leave_the_runtime_its_handles()
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("Only Linux tells a process how many handles it may have.");
        await using RealProcess broker = RealProcess.Start("sh", "-c", "ulimit -n 256; exec dotnet \"$0\" broker --tcp 127.0.0.1:0", RealPart.Tool);
        string listening = await broker.LineAsync("listening ");
        int port = new Uri(listening[(listening.IndexOf("mqtt:", StringComparison.Ordinal))..].Trim()).Port;
        await broker.LineAsync("ready");
        await using MqttClient first = await MqttClient.ConnectAsync($"mqtt://127.0.0.1:{port}");
        var others = new List<TcpClient>();
        for (int i = 0; i < 300; i++)
        {
            others.Add(new TcpClient());
            await others[i].ConnectAsync(IPAddress.Loopback, port);
        }

        Assert.Equal(0, await others[^1].GetStream().ReadAsync(new byte[1])); // one too many
        await first.PublishAsync("a", "x", QualityOfService.AtLeastOnce);
        foreach (TcpClient other in others) other.Dispose();
        await using MqttClient later = await MqttClient.ConnectAsync($"mqtt://127.0.0.1:{port}");
        await later.PublishAsync("a", "y", QualityOfService.AtLeastOnce);
    }
}
