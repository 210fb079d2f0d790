// SPDX-License-Identifier: MIT

using RawMqtt.Interop.Parts;

namespace RawMqtt.Interop;

/// <summary>Our client, and the tool's pub and sub, against a real mosquitto.</summary>
public class MosquittoTests
{
    public static TheoryData<string, QualityOfService> Ways => new()
    {
        { "ws", QualityOfService.AtMostOnce }, { "ws", QualityOfService.AtLeastOnce }, { "ws", QualityOfService.ExactlyOnce },
        { "tcp", QualityOfService.AtMostOnce }, { "tcp", QualityOfService.AtLeastOnce }, { "tcp", QualityOfService.ExactlyOnce },
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Client_publishes_and_receives(string carrier, QualityOfService qos)
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using MqttClient client = await MqttClient.ConnectAsync(mosquitto.Address(carrier));
        MqttSubscription messages = await client.SubscribeAsync("both/ways", qos);

        for (int i = 0; i < 20; i++) await client.PublishAsync("both/ways", $"message {i}", qos);

        List<MqttMessage> received = await TakeAsync(messages, 20);
        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"message {i}"), received.Select(message => message.PayloadText));
        Assert.All(received, message => Assert.Equal((qos, "both/ways", false), (message.Qos, message.Topic, message.Retain)));
    }

    [Theory]
    [InlineData("ws")]
    [InlineData("tcp")]
    public async Task Retained_message_comes_first_and_can_be_deleted(string carrier)
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using MqttClient client = await MqttClient.ConnectAsync(mosquitto.Address(carrier));
        await client.PublishAsync("kept", "last known", QualityOfService.AtLeastOnce, retain: true);

        MqttSubscription messages = await client.SubscribeAsync("kept", QualityOfService.AtLeastOnce);
        MqttMessage kept = (await TakeAsync(messages, 1))[0];
        Assert.Equal(("last known", true), (kept.PayloadText, kept.Retain));

        await client.PublishAsync("kept", ReadOnlyMemory<byte>.Empty, QualityOfService.AtLeastOnce, retain: true);
        await using MqttClient other = await MqttClient.ConnectAsync(mosquitto.Address(carrier));
        MqttSubscription later = await other.SubscribeAsync("#");
        await other.PublishAsync("end", "");
        Assert.Equal("end", (await TakeAsync(later, 1))[0].Topic);
    }

    [Theory]
    [InlineData("ws")]
    [InlineData("tcp")]
    public async Task Will_is_published_after_an_abrupt_end(string carrier)
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using MqttClient watcher = await MqttClient.ConnectAsync(mosquitto.Tcp);
        MqttSubscription messages = await watcher.SubscribeAsync("WillMsg");

        var will = new MqttWill("WillMsg", "Connection Closed abnormally..!"u8.ToArray());
        await using MqttClient client =
            await MqttClient.ConnectAsync(new MqttClientOptions { Address = mosquitto.Address(carrier), Will = will, ReconnectDelay = TimeSpan.Zero });
        client.Abort();

        Assert.Equal("Connection Closed abnormally..!", (await TakeAsync(messages, 1))[0].PayloadText);
    }

    [Theory]
    [InlineData("ws", "0")]
    [InlineData("ws", "1")]
    [InlineData("ws", "2")]
    [InlineData("tcp", "0")]
    [InlineData("tcp", "1")]
    [InlineData("tcp", "2")]
    public async Task Tool_publishes_what_mosquitto_sub_prints_and_prints_what_mosquitto_pub_publishes(string carrier, string qos)
    {
        string mosquittoPub = RealPart.MosquittoPub;
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        string port = mosquitto.Port.ToString(System.Globalization.CultureInfo.InvariantCulture);

        await using RealProcess theirs = RealProcess.Start(RealPart.MosquittoSub, "-h", "127.0.0.1", "-p", port, "-t", "from/us", "-q", qos,
            "-C", "1", "-v", "-F", "%t %q %p");
        await SubscribedAsync(mosquitto, "from/us");
        Finished pub = await RealProcess.RunToolAsync("pub", "--url", mosquitto.Address(carrier), "-t", "from/us", "-m", "grüße", "-q", qos);
        Assert.Equal((0, "", ""), (pub.ExitCode, pub.Output, pub.Error));
        Assert.Equal($"from/us {qos} grüße\n", (await theirs.FinishAsync()).Output);

        await using RealProcess ours = RealProcess.StartTool("sub", "--url", mosquitto.Address(carrier), "-t", "to/us/#", "-q",
            qos, "-v", "-C", "2", "-W", "100");
        await SubscribedAsync(mosquitto, "to/us/#");
        foreach (string text in new[] { "one", "two" })
            Assert.Equal(0, (await RealProcess.RunAsync(mosquittoPub, "-h", "127.0.0.1", "-p", port, "-t", $"to/us/{text}", "-m", text, "-q", qos)).ExitCode);
        Finished sub = await ours.FinishAsync();
        Assert.Equal((0, "to/us/one one\nto/us/two two\n"), (sub.ExitCode, sub.Output));
    }

    [Fact]
    public async Task Tool_publishes_files_lines_and_retained_messages_and_keeps_a_session()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        string file = Path.Combine(Directory.CreateTempSubdirectory("rawmqtt-").FullName, "payload");
        await File.WriteAllTextAsync(file, "from a file");

        Assert.Equal(0, (await RealProcess.RunToolAsync("sub", "--url", mosquitto.Ws, "-t", "kept/#", "-q", "1", "-c", "-i", "sleeper", "-E")).ExitCode);
        Assert.Equal(0, (await RealProcess.RunToolAsync("pub", "--url", mosquitto.Ws, "-t", "kept/file", "-f", file, "-q", "1", "-r")).ExitCode);
        await using (RealProcess lines = RealProcess.StartTool("pub", "--url", mosquitto.Tcp, "-t", "kept/line", "-l", "-q", "1"))
        {
            lines.WriteInput("first\nsecond\n");
            lines.CloseInput();
            Assert.Equal(0, (await lines.FinishAsync()).ExitCode);
        }

        Finished woken = await RealProcess.RunToolAsync("sub", "--url", mosquitto.Ws, "-t", "kept/#", "-q", "1", "-c", "-i", "sleeper",
            "-C", "3", "-v", "-R", "-W", "100");
        Assert.True(woken.ExitCode == 0, woken.Error + mosquitto.Log);
        Assert.Equal("kept/file from a file\nkept/line first\nkept/line second\n", woken.Output);

        Finished retained = await RealProcess.RunToolAsync("sub", "--url", mosquitto.Ws, "-t", "kept/file", "-C", "1", "-W", "100");
        Assert.Equal((0, "from a file\n"), (retained.ExitCode, retained.Output));
    }

    [Theory]
    [InlineData("ws")]
    [InlineData("tcp")]
    public async Task User_and_password(string carrier)
    {
        _ = RealPart.Mosquitto;
        string folder = Directory.CreateTempSubdirectory("rawmqtt-").FullName;
        string users = Path.Combine(folder, "users");
        string password = Path.Combine(folder, "password");
        Assert.Equal(0, (await RealProcess.RunAsync("mosquitto_passwd", "-b", "-c", users, "alice", "s3cret")).ExitCode);
        await File.WriteAllTextAsync(password, "s3cret\n");
        await using Mosquitto mosquitto = await Mosquitto.StartAsync(passwordFile: users);
        string url = mosquitto.Address(carrier);

        Finished right = await RealProcess.RunToolAsync("pub", "--url", url, "-t", "a", "-m", "b", "-u", "alice", "--password-file", password);
        Finished inAddress = await RealProcess.RunToolAsync("pub", "--url",
            url.Replace("://", "://alice:s3cret@", StringComparison.Ordinal), "-t", "a", "-m", "b");
        Finished wrong = await RealProcess.RunToolAsync("pub", "--url", url, "-t", "a", "-m", "b", "-u", "alice", "-P", "wrong");

        Assert.Equal((0, ""), (right.ExitCode, right.Error));
        Assert.Equal((0, ""), (inAddress.ExitCode, inAddress.Error));
        Assert.Equal(5, wrong.ExitCode);
        Assert.Contains("(return code 5)", wrong.Error, StringComparison.Ordinal);
    }

    internal static async Task<List<MqttMessage>> TakeAsync(MqttSubscription messages, int count)
    {
        var received = new List<MqttMessage>();
        using var limit = new CancellationTokenSource(RealProcess.Patience);
        await foreach (MqttMessage message in messages.WithCancellation(limit.Token))
        {
            received.Add(message);
            if (received.Count == count) break;
        }

        return received;
    }

    /// <summary>Until mosquitto's log shows the subscription, so that nothing is published too early.</summary>
    private static async Task SubscribedAsync(Mosquitto mosquitto, string filter) => await mosquitto.LineAsync($"\t{filter} (QoS");
}
