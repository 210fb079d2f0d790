// SPDX-License-Identifier: MIT

using RawMqtt.Interop.Parts;

namespace RawMqtt.Interop;

/// <summary>mosquitto_pub and mosquitto_sub against our broker.</summary>
public class MosquittoClientsTests
{
    [Theory]
    [InlineData("0")]
    [InlineData("1")]
    [InlineData("2")]
    public async Task Both_ways(string qos)
    {
        string pub = RealPart.MosquittoPub;
        await using MqttBroker broker = await OurBroker.StartAsync();
        string port = new Uri(OurBroker.Address(broker, "tcp")).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        await using RealProcess sub = StartSub("-h", "127.0.0.1", "-p", port, "-t", "t/#", "-q", qos, "-C", "2", "-F", "%t %q %p", "-d");
        await sub.LineAsync("Subscribed (mid");

        foreach (string text in new[] { "one", "two" })
            Assert.Equal(0, (await RealProcess.RunAsync(pub, "-h", "127.0.0.1", "-p", port, "-t", $"t/{text}", "-m", text, "-q", qos)).ExitCode);

        Finished finished = await sub.FinishAsync();
        Assert.Equal(0, finished.ExitCode);
        Assert.Equal([$"t/one {qos} one", $"t/two {qos} two"], finished.Output.Split('\n').Where(line => line.StartsWith("t/", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("mqttv5", "[MQTT-3.1.2-2]")]
    [InlineData("mqttv31", "[MQTT-3.1.2-1]")]
    public async Task A_client_of_another_version_is_a_line_of_the_broker_with_the_setting_that_helps(string version, string rule)
    {
        string pub = RealPart.MosquittoPub;
        await using RealProcess broker = RealProcess.StartTool("broker", "--tcp", "127.0.0.1:0");
        var address = new Uri((await broker.LineAsync("listening mqtt:"))["listening ".Length..]);
        await broker.LineAsync("ready");
        string port = address.Port.ToString(System.Globalization.CultureInfo.InvariantCulture);

        Finished refused = await RealProcess.RunAsync(pub, "-h", "127.0.0.1", "-p", port, "-V", version, "-t", "a", "-m", "b");
        Finished helped = await RealProcess.RunAsync(pub, "-h", "127.0.0.1", "-p", port, "-V", "mqttv311", "-t", "a", "-m", "b");

        Assert.NotEqual(0, refused.ExitCode);
        Assert.Equal(0, helped.ExitCode);
        string line = await broker.LineAsync("event=ended ");
        Assert.Contains($" reason=Refused code=1 violation=\"{rule}", line, StringComparison.Ordinal);
        Assert.Contains("protocolVersion: 4, -V mqttv311", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Retained_and_will()
    {
        string pub = RealPart.MosquittoPub;
        await using MqttBroker broker = await OurBroker.StartAsync();
        string port = new Uri(OurBroker.Address(broker, "tcp")).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(0, (await RealProcess.RunAsync(pub, "-h", "127.0.0.1", "-p", port, "-t", "kept", "-m", "old", "-r", "-q", "1")).ExitCode);

        Finished retained = await RealProcess.RunAsync(RealPart.MosquittoSub, "-h", "127.0.0.1", "-p", port, "-t", "kept", "-C", "1",
            "-F", "%t %r %p", "-W", "100");
        Assert.Equal("kept 1 old\n", retained.Output);

        await using RealProcess watcher = StartSub("-h", "127.0.0.1", "-p", port, "-t", "gone", "-C", "1", "-d", "-F", "%p");
        await watcher.LineAsync("Subscribed (mid");
        await using (RealProcess victim = StartSub("-h", "127.0.0.1", "-p", port, "-t", "x", "-d", "--will-topic", "gone", "--will-payload", "it died"))
        {
            await victim.LineAsync("Subscribed (mid");
            victim.KillAtOnce();
        }

        Assert.Contains("it died", (await watcher.FinishAsync()).Output, StringComparison.Ordinal);
    }

    /// <summary>A kept session over two connections, with messages that waited in between, at each QoS but 0.</summary>
    [Theory]
    [InlineData("tcp")]
    [InlineData("tls")]
    public async Task A_session_that_is_kept(string carrier)
    {
        using Certificates certificates = await Certificates.MakeAsync();
        await using MqttBroker broker = await OurBroker.StartAsync(certificates);
        string port = new Uri(OurBroker.Address(broker, carrier)).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        string[] server = ["-h", "localhost", "-p", port, .. carrier == "tls" ? ["--cafile", certificates.Authority] : Array.Empty<string>()];
        string[] session = [.. server, "-i", "kept", "-c", "-q", "2", "-t", "away/#"];

        Finished first = await RealProcess.RunAsync(RealPart.MosquittoSub, [.. session, "-E"]);
        Assert.True(first.ExitCode == 0, first.Error);
        foreach (string qos in new[] { "1", "2" })
        {
            Finished sent = await RealProcess.RunAsync(RealPart.MosquittoPub, [.. server, "-t", $"away/{qos}", "-m", $"waited {qos}", "-q", qos]);
            Assert.True(sent.ExitCode == 0, sent.Error);
        }

        Finished second = await RealProcess.RunAsync(RealPart.MosquittoSub, [.. session, "-C", "2", "-F", "%t %q %p", "-W", "100"]);
        Assert.Equal("away/1 1 waited 1\naway/2 2 waited 2\n", second.Output);
    }

    /// <summary>Line by line: it would keep what it says about its subscription until it ends.</summary>
    private static RealProcess StartSub(params string[] arguments) => RealProcess.Start("stdbuf", ["-oL", RealPart.MosquittoSub, .. arguments]);
}
