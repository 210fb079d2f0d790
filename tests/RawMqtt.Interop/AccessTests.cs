// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Interop.Parts;

namespace RawMqtt.Interop;

/// <summary>Files of users and access rules: those that mosquitto reads, with the same effect.</summary>
public sealed class AccessTests : IDisposable
{
    private const string Rules = """
        topic readwrite done
        topic read open/#

        user admin
        topic readwrite #

        user alice
        topic readwrite done
        topic alice/#
        topic deny alice/secret
        topic read open/+/x
        topic write box/alice

        user bob
        topic readwrite done
        topic read #

        user carol
        topic readwrite done
        user a+b
        topic readwrite done

        pattern readwrite users/%u/%c
        pattern read %u/in
        pattern deny alice/in
        pattern write clients/%c/#
        """;

    private static readonly string[] topics =
    [
        "open", "open/x", "open/1/x", "alice/a", "alice/secret", "alice/in", "box/alice", "bob/in", "users/alice/one", "users/bob/one", "users/carol/one",
        "users/carol/two", "clients/one", "clients/one/x", "clients/two/x", "carol/in", "nobody/x",
    ];

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("rawmqtt-");

    public void Dispose() => folder.Delete(recursive: true);

    /// <summary>Each client reads and writes the same topics at a real mosquitto and here.</summary>
    [Theory]
    [InlineData(null, "one")]
    [InlineData("alice", "one")]
    [InlineData("bob", "one")]
    [InlineData("carol", "one")]
    [InlineData("carol", "two")]
    [InlineData("carol", "t+o")]
    [InlineData("a+b", "one")]
    public async Task An_access_file_means_the_same_as_at_mosquitto(string? user, string clientId)
    {
        string access = Write("access", Rules);
        string users = Path.Combine(folder.FullName, "users");
        foreach (string name in new[] { "admin", "alice", "bob", "carol", "a+b" })
        {
            string[] create = name == "admin" ? ["-c"] : [];
            Assert.Equal(0, (await RealProcess.RunAsync(RealPart.MosquittoPasswd, [.. create, "-b", users, name, $"secret of {name}"])).ExitCode);
        }

        int port = FreePort.Take();
        string asRoot = Environment.UserName == "root" ? "user root\n" : "";
        string configuration = Write(
            "mosquitto.conf", $"{asRoot}listener {port} 127.0.0.1\nallow_anonymous true\npassword_file {users}\nacl_file {access}\nlog_dest stderr\n");
        await using RealProcess mosquitto = RealProcess.Start(RealPart.Mosquitto, "-c", configuration);
        await OpenPort.WaitAsync(port);
        await using RealProcess tool = RealProcess.StartTool(
            "broker", "--tcp", "127.0.0.1:0", "--password-file", users, "--access-file", access, "--allow-anonymous");
        string listening = await tool.LineAsync("listening mqtt:");
        await tool.LineAsync("ready");

        string there = await AccessOfAsync($"mqtt://127.0.0.1:{port}", user, clientId);
        string here = await AccessOfAsync(listening[listening.IndexOf("mqtt:", StringComparison.Ordinal)..], user, clientId);
        Assert.Equal(there, here);
        Assert.Contains("done", here, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Paho_is_told_that_a_subscription_is_refused()
    {
        string access = Write("access", "topic readwrite #\ntopic deny test/nosubscribe\n");
        await using RealProcess tool = RealProcess.StartTool("broker", "--tcp", "127.0.0.1:0", "--access-file", access);
        string listening = await tool.LineAsync("listening mqtt:");
        await tool.LineAsync("ready");
        Finished paho = await RealProcess.RunAsync(
            RealPart.Python, Path.Combine(RealPart.Folder, "peers", "paho-refused.py"), listening[listening.IndexOf("mqtt:", StringComparison.Ordinal)..]);
        Assert.True(paho.ExitCode == 0, paho.Output + paho.Error);
        await tool.LineAsync("event=refused client=\"paho-refused\" user=\"\" action=subscribe topic=\"test/nosubscribe\" count=1");
    }

    /// <summary>The topics that the client reads, and those that it writes.</summary>
    private static async Task<string> AccessOfAsync(string address, string? user, string clientId)
    {
        await using MqttClient admin = await MqttClient.ConnectAsync(OptionsOf(address, "admin", "admin"));
        await using MqttClient client = await MqttClient.ConnectAsync(OptionsOf(address, user, clientId));
        await using MqttSubscription reads = await client.SubscribeAsync("#", QualityOfService.AtLeastOnce);
        foreach (string topic in topics.Append("done")) await admin.PublishAsync(topic, "read", QualityOfService.AtLeastOnce);
        string read = await TopicsOfAsync(reads);

        await using MqttSubscription writes = await admin.SubscribeAsync("#", QualityOfService.AtLeastOnce);
        foreach (string topic in topics.Append("done")) await client.PublishAsync(topic, "written", QualityOfService.AtLeastOnce);
        return $"reads {read}\nwrites {await TopicsOfAsync(writes)}";
    }

    private static async Task<string> TopicsOfAsync(MqttSubscription messages)
    {
        var found = new List<string>();
        using var limit = new CancellationTokenSource(RealProcess.Patience);
        await foreach (MqttMessage message in messages.WithCancellation(limit.Token))
        {
            found.Add(message.Topic);
            if (message.Topic == "done") break;
        }

        return string.Join(' ', found);
    }

    private static MqttClientOptions OptionsOf(string address, string? user, string clientId)
    {
        var options = new MqttClientOptions { Address = address, ClientId = clientId };
        return user is null ? options : options with { UserName = user, Password = Encoding.UTF8.GetBytes($"secret of {user}") };
    }

    private string Write(string name, string content)
    {
        string path = Path.Combine(folder.FullName, name);
        File.WriteAllText(path, content);
        return path;
    }
}
