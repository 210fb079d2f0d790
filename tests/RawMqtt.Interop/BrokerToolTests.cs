// SPDX-License-Identifier: MIT

using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
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

    [Theory]
    [InlineData("--limits")]
    [InlineData("--print-config")]
    public async Task What_is_only_printed_needs_no_passphrase(string option)
    {
        Finished printed = await RealProcess.RunAsync(
            "dotnet", RealPart.Tool, "broker", "--wss", "127.0.0.1:0", "--cert", "no.pem", "--key-password-file", "no.txt", option);

        Assert.Equal((0, ""), (printed.ExitCode, printed.Error));
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
        string listening = await broker.LineAsync("listening mqtt:");
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
        var options = new MqttClientOptions { Address = $"mqtt://127.0.0.1:{port}", RetryFirstConnect = true }; // the broker may not have seen them go
        await using MqttClient later = await MqttClient.ConnectAsync(options);
        await later.PublishAsync("a", "y", QualityOfService.AtLeastOnce);
    }

    [Fact]
    public async Task What_happens_is_told_without_being_asked()
    {
        string users = Path.GetTempFileName();
        await File.WriteAllTextAsync(users, MqttPasswordFile.CreateEntry("alice", "s3cret"u8));
        await using RealProcess broker = RealProcess.StartTool("broker", "--tcp", "127.0.0.1:0", "--ws", "127.0.0.1:0", "--password-file", users);
        await broker.LineAsync("ready");
        string address = Listening(broker, "mqtt");
        var options = new MqttClientOptions { Address = address, ClientId = "a1", UserName = "alice", PasswordText = "s3cret", ReconnectDelay = TimeSpan.Zero };

        await Assert.ThrowsAsync<MqttException>(() => MqttClient.ConnectAsync(options with { PasswordText = "guessed" }));
        await using (MqttClient away = await MqttClient.ConnectAsync(options with { CleanSession = false, ClientId = "away" }))
        {
            await away.SubscribeAsync("t", QualityOfService.AtLeastOnce);
        }

        await using (MqttClient alice = await MqttClient.ConnectAsync(options))
        {
            for (int i = 0; i <= 1000; i++) await alice.PublishAsync("t", "x", QualityOfService.AtLeastOnce);
        }

        string web = Listening(broker, "ws");
        await Assert.ThrowsAsync<MqttException>(
            () => MqttClient.ConnectAsync(options with { Address = web, RequestHeaders = [new("Origin", "https://example.com")] }));
        broker.Signal(15);
        Finished ended = await broker.FinishAsync();

        string[] log = ended.Error.TrimEnd().Split('\n');
        Assert.All(log, line => Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (information|warning) event=[a-z-]+ ", line));
        Assert.Contains(log, line => line.Contains($"event=listening listener={address}", StringComparison.Ordinal));
        Assert.Contains(log, line => Regex.IsMatch(line, "event=ended client=\"\" user=\"alice\" .* reason=Refused code=4 "));
        Assert.Contains(log, line => line.Contains("event=connected client=\"a1\" user=\"alice\" address=127.0.0.1:", StringComparison.Ordinal));
        Assert.Contains(log, line => Regex.IsMatch(line, "event=ended client=\"a1\" user=\"alice\" .* reason=Disconnected "));
        Assert.Contains(log, line => line.EndsWith("event=dropped client=\"away\" messages=1 limit=MaxQueuedMessages", StringComparison.Ordinal));
        Assert.Contains(log, line => Regex.IsMatch(line, "event=handshake-refused .*--allow-origin"));
        Assert.DoesNotContain("s3cret", ended.Error, StringComparison.Ordinal);
        File.Delete(users);
    }

    [Fact]
    public async Task The_log_is_JSON_and_has_a_lowest_level_by_option()
    {
        await using RealProcess broker = RealProcess.StartTool("broker", "--tcp", "127.0.0.1:0", "--log-json", "--log-level", "warning");
        await broker.LineAsync("ready");
        await using (MqttClient client = await MqttClient.ConnectAsync(Listening(broker, "mqtt"))) await client.PublishAsync("a", "b");
        using (var other = new TcpClient())
        {
            await other.ConnectAsync(IPAddress.Loopback, new Uri(Listening(broker, "mqtt")).Port);
            await other.GetStream().WriteAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
            Assert.Equal(0, await other.GetStream().ReadAsync(new byte[1]));
        }

        broker.Signal(15);
        using var line = JsonDocument.Parse(Assert.Single((await broker.FinishAsync()).Error.TrimEnd().Split('\n')));
        Assert.Equal("warning", line.RootElement.GetProperty("level").GetString());
        Assert.Equal("ended", line.RootElement.GetProperty("event").GetString());
        Assert.StartsWith("[MQTT-3.1.0-1]", line.RootElement.GetProperty("violation").GetString(), StringComparison.Ordinal);
    }

    /// <summary>SIGHUP is 1.</summary>
    [Fact]
    public async Task A_hangup_makes_it_read_its_files_again_and_go_on()
    {
        string users = Path.GetTempFileName();
        await File.WriteAllTextAsync(users, MqttPasswordFile.CreateEntry("alice", "one"u8));
        await using RealProcess broker = RealProcess.StartTool("broker", "--tcp", "127.0.0.1:0", "--password-file", users);
        await broker.LineAsync("ready");
        var options = new MqttClientOptions { Address = Listening(broker, "mqtt"), UserName = "alice", ReconnectDelay = TimeSpan.Zero };
        MqttClientOptions bob = options with { UserName = "bob", PasswordText = "three" };
        await using MqttClient alice = await MqttClient.ConnectAsync(options with { PasswordText = "one" });

        await File.WriteAllTextAsync(users, $"{MqttPasswordFile.CreateEntry("alice", "two"u8)}\n{MqttPasswordFile.CreateEntry("bob", "three"u8)}\n");
        broker.Signal(1);
        string line = await broker.LineAsync("event=reloaded ");
        Assert.EndsWith($"event=reloaded password-file=\"{users}\" entries=2 certificate-file=\"\"", line);

        await alice.PublishAsync("a", "b", QualityOfService.AtLeastOnce); // its session goes on
        await using (MqttClient client = await MqttClient.ConnectAsync(bob)) await client.PublishAsync("a", "b");
        await Assert.ThrowsAsync<MqttException>(() => MqttClient.ConnectAsync(options with { PasswordText = "one" }));

        await File.WriteAllTextAsync(users, "half an ent");
        broker.Signal(1);
        await broker.LineAsync("event=password-file-unusable ");
        await using (MqttClient client = await MqttClient.ConnectAsync(bob)) await client.PublishAsync("a", "b");
        broker.Signal(15);
        Assert.Equal(0, (await broker.FinishAsync()).ExitCode);
        File.Delete(users);
    }

    /// <summary>The pipe of the error output takes 16 pages of 4 KiB, then whoever writes to it waits; a line that does not fit into the rest of a page
    /// begins another. The broker has a heap of 64 MiB: how much memory a process takes without such a limit depends on the caches of the
    /// processor.</summary>
    [Fact]
    public async Task Error_output_that_nobody_reads_stops_nothing()
    {
        Dictionary<string, string> environment = new() { ["DOTNET_GCHeapHardLimit"] = "0x4000000" };
        await using RealProcess broker = RealProcess.Start("dotnet", [RealPart.Tool, "broker", "--tcp", "127.0.0.1:0"], environment, readsError: false);
        string address = (await broker.LineAsync("listening mqtt:"))["listening ".Length..];
        await broker.LineAsync("ready");
        int port = new Uri(address).Port;
        await using MqttClient client = await MqttClient.ConnectAsync(address);
        MqttSubscription messages = await client.SubscribeAsync("t", QualityOfService.AtLeastOnce);
        await using IAsyncEnumerator<MqttMessage> received = messages.GetAsyncEnumerator();

        // Each refused packet has a client identifier that is shown with six characters for each of its own: 1.5 KB a line. In each second
        // 20 of them are written, so that the pipe is full after three, however fast the machine is; a message goes there and back beside each.
        byte[] connect = [0x10, 0x96, 0x02, 0, 4, .. "MQTT"u8, 4, 2, 0, 0, 0x01, 0x0A, .. Enumerable.Repeat((byte)1, 266), 0xF0, 0];
        var clock = Stopwatch.StartNew();
        for (int i = 0; i < 2000 || clock.Elapsed < TimeSpan.FromSeconds(5); i++)
        {
            using var other = new TcpClient();
            await other.ConnectAsync(IPAddress.Loopback, port);
            await other.GetStream().WriteAsync(connect);
            await other.GetStream().CopyToAsync(Stream.Null);
            await client.PublishAsync("t", $"{i}", QualityOfService.AtLeastOnce);
            Assert.True(await received.MoveNextAsync().AsTask().WaitAsync(RealProcess.Patience));
            Assert.Equal($"{i}", received.Current.PayloadText);
        }

        broker.Signal(15);
        Assert.Equal(0, (await broker.FinishAsync()).ExitCode);
        Assert.InRange((await broker.ReadErrorAsync()).Length, 45_000, 70_000); // the pipe was full
    }

    private static string Listening(RealProcess broker, string scheme) =>
        broker.Output.Split('\n').First(line => line.StartsWith($"listening {scheme}:", StringComparison.Ordinal))["listening ".Length..];
}
