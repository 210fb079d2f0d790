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

        foreach (string text in new[] { "one", "two" }) Assert.Equal(0, (await RealProcess.RunAsync(pub, "-h", "127.0.0.1", "-p", port, "-t", $"t/{text}", "-m", text, "-q", qos)).ExitCode);

        Finished finished = await sub.FinishAsync();
        Assert.Equal(0, finished.ExitCode);
        Assert.Equal([$"t/one {qos} one", $"t/two {qos} two"], finished.Output.Split('\n').Where(line => line.StartsWith("t/", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Retained_and_will()
    {
        string pub = RealPart.MosquittoPub;
        await using MqttBroker broker = await OurBroker.StartAsync();
        string port = new Uri(OurBroker.Address(broker, "tcp")).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(0, (await RealProcess.RunAsync(pub, "-h", "127.0.0.1", "-p", port, "-t", "kept", "-m", "old", "-r", "-q", "1")).ExitCode);

        Finished retained = await RealProcess.RunAsync(RealPart.MosquittoSub, "-h", "127.0.0.1", "-p", port, "-t", "kept", "-C", "1", "-F", "%t %r %p", "-W", "20");
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

    /// <summary>Line by line: it would keep what it says about its subscription until it ends.</summary>
    private static RealProcess StartSub(params string[] arguments) => RealProcess.Start("stdbuf", ["-oL", RealPart.MosquittoSub, .. arguments]);
}
