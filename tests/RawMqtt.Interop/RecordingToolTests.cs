// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Interop.Parts;

namespace RawMqtt.Interop;

/// <summary>record, replay, retained, ping and rpc as programs.</summary>
public class RecordingToolTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_was_recorded_is_replayed_message_by_message(bool isMosquitto)
    {
        await using Mosquitto? mosquitto = isMosquitto ? await Mosquitto.StartAsync() : null;
        await using MqttBroker broker = await OurBroker.StartAsync();
        string url = mosquitto?.Ws ?? OurBroker.Address(broker, "ws");
        string file = Path.Combine(Directory.CreateTempSubdirectory("rawmqtt-").FullName, "messages");
        await using MqttClient client = await MqttClient.ConnectAsync(url);
        await client.PublishAsync("x/kept", "before", QualityOfService.AtLeastOnce, retain: true);
        await using RealProcess record = RealProcess.StartTool("record", url, file, "-t", "x/#", "-C", "3");
        await Until.TrueAsync(() => File.Exists(file) && new FileInfo(file).Length > 0);

        await client.PublishAsync("x/a", "text", QualityOfService.ExactlyOnce);
        await client.PublishAsync("x/b", new byte[] { 0xFF, 0 }, QualityOfService.AtLeastOnce);
        Finished recorded = await record.FinishAsync();
        await using MqttSubscription copies = await client.SubscribeAsync("copy/#", QualityOfService.ExactlyOnce);
        Finished replayed = await RealProcess.RunToolAsync("replay", url, file, "--speed", "max", "--topic-prefix", "copy/");

        Assert.Equal((0, "3 messages recorded\n"), (recorded.ExitCode, recorded.Error));
        Assert.Equal((0, "3 messages replayed\n"), (replayed.ExitCode, replayed.Error));
        var received = new List<string>();
        await foreach (MqttMessage message in copies)
        {
            received.Add($"{message.Topic} {Encoding.Latin1.GetString(message.Payload.Span)} {(int)message.Qos}");
            if (received.Count == 3) break;
        }

        Assert.Equal(["copy/x/a text 2", "copy/x/b \u00FF\0 1", "copy/x/kept before 1"], received.Order(StringComparer.Ordinal)); // QoS 2 may be overtaken
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Retained_messages_are_listed_and_deleted(bool isMosquitto)
    {
        await using Mosquitto? mosquitto = isMosquitto ? await Mosquitto.StartAsync() : null;
        await using MqttBroker broker = await OurBroker.StartAsync();
        string url = mosquitto?.Tcp ?? OurBroker.Address(broker, "tcp");
        await using (MqttClient client = await MqttClient.ConnectAsync(url))
        {
            foreach (string topic in new[] { "r/1", "r/2", "other" })
            {
                await client.PublishAsync(topic, $"in {topic}", QualityOfService.AtLeastOnce, retain: true);
            }
        }

        Finished listed = await RealProcess.RunToolAsync("retained", "list", url, "r/#", "other", "--silence", "0.2");
        Finished shown = await RealProcess.RunToolAsync("retained", "clear", url, "r/+", "--dry-run", "--silence", "0.2");
        Finished cleared = await RealProcess.RunToolAsync("retained", "clear", url, "r/+", "--silence", "0.2");
        Finished left = await RealProcess.RunToolAsync("retained", "list", url, "#", "--json", "--silence", "0.2");

        Assert.Equal(["other 8 in other", "r/1 6 in r/1", "r/2 6 in r/2"], listed.Output.TrimEnd('\n').Split('\n').Order(StringComparer.Ordinal));
        Assert.Equal("2 would be deleted\n", shown.Error);
        Assert.Equal((0, "2 deleted\n"), (cleared.ExitCode, cleared.Error));
        Assert.Equal(["r/1", "r/2"], cleared.Output.TrimEnd('\n').Split('\n').Order(StringComparer.Ordinal));
        Assert.Equal("""{"topic":"other","qos":0,"retain":true,"payload":"in other"}""" + "\n", left.Output);
    }

    [Fact]
    public async Task Ping_prints_a_line_for_each_answer()
    {
        await using MqttBroker broker = await OurBroker.StartAsync();

        Finished ping = await RealProcess.RunToolAsync("ping", OurBroker.Address(broker, "ws"), "-C", "3", "--interval", "0");

        Assert.Equal((0, ""), (ping.ExitCode, ping.Error));
        Assert.Matches(@"^connected in [\d.]+ \w+\n(PINGRESP [123]: [\d.]+ \w+\n){3}3 answered: min .*\n$", ping.Output);
    }

    [Fact]
    public async Task Rpc_prints_the_answer_or_says_that_none_came()
    {
        await using MqttBroker broker = await OurBroker.StartAsync();
        string url = OurBroker.Address(broker, "tcp");
        await using MqttClient responder = await MqttClient.ConnectAsync(url);
        await responder.SubscribeAsync("add", (in MqttMessageView request) =>
            _ = responder.PublishAsync("add/response", $"{Encoding.UTF8.GetString(request.Payload)}=3").AsTask());

        Finished answered = await RealProcess.RunToolAsync("rpc", url, "-t", "add", "-m", "1+2", "-v");
        Finished silent = await RealProcess.RunToolAsync("rpc", url, "-t", "nobody", "-n", "-e", "here", "-W", "0.2");

        Assert.Equal((0, "add/response 1+2=3\n", ""), (answered.ExitCode, answered.Output, answered.Error));
        Assert.Equal((27, "", "rawmqtt: no answer came within 0.2 s.\n"), (silent.ExitCode, silent.Output, silent.Error));
    }
}
