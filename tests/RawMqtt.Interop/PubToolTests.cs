// SPDX-License-Identifier: MIT

using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using RawMqtt.Interop.Parts;

namespace RawMqtt.Interop;

/// <summary>What pub promises with its exit code, and how it goes on while acknowledgements are under way.</summary>
public class PubToolTests
{
    [Theory]
    [InlineData(2, 130)]
    [InlineData(15, 143)]
    public async Task A_signal_before_the_acknowledgement_is_not_success(int signal, int exitCode)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using RealProcess tool = RealProcess.StartTool("pub", "--url", Url(listener), "-t", "a", "-m", "b", "-q", "1");
        using Socket server = await listener.AcceptSocketAsync();
        byte[] received = new byte[4096];
        await server.ReceiveAsync(received);
        await server.SendAsync(new byte[] { 0x20, 2, 0, 0 });
        await server.ReceiveAsync(received); // PUBLISH, which stays without an answer

        tool.Signal(signal);
        Finished ended = await tool.FinishAsync();

        Assert.Equal((exitCode, ""), (ended.ExitCode, ended.Output));
        Assert.Contains("1 message was not acknowledged", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signal_while_it_connects_is_not_success()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using RealProcess tool = RealProcess.StartTool("pub", "--url", Url(listener), "-t", "a", "-m", "b");
        using Socket server = await listener.AcceptSocketAsync();
        await server.ReceiveAsync(new byte[4096]);

        tool.Signal(15);

        Assert.Equal(143, (await tool.FinishAsync()).ExitCode);
    }

    [Fact]
    public async Task A_message_for_a_broker_that_is_down_is_stored_and_delivered_by_the_next_run()
    {
        string file = Path.Combine(Directory.CreateTempSubdirectory("rawmqtt-").FullName, "session");
        string[] kept = ["-t", "a", "-q", "1", "-i", "kept", "--session-file", file];
        Finished first = await RealProcess.RunToolAsync(["pub", "--url", "mqtt://127.0.0.1:1", "-m", "early", .. kept]);
        Assert.Equal(2, first.ExitCode);
        Assert.Contains($"1 message is stored in {file}", first.Error, StringComparison.Ordinal);

        await using MqttBroker broker = await OurBroker.StartAsync();
        string url = OurBroker.Address(broker, "tcp");
        await using MqttClient client = await MqttClient.ConnectAsync(url);
        await using MqttSubscription messages = await client.SubscribeAsync("a", QualityOfService.AtLeastOnce);
        Finished second = await RealProcess.RunToolAsync(["pub", "--url", url, "-m", "late", .. kept]);

        Assert.Equal((0, ""), (second.ExitCode, second.Error));
        Assert.Equal(["early", "late"], await TextsAsync(messages, 2));
    }

    [Fact]
    public async Task A_message_that_the_broker_refuses_by_its_length_is_not_success()
    {
        await using MqttBroker broker = await MqttBroker.StartAsync(new MqttBrokerOptions
        {
            Listeners = ["ws://127.0.0.1:0/mqtt"],
            Limits = new() { MaxPacketLength = 64 * 1024 },
        });
        string file = Path.GetTempFileName();
        await File.WriteAllBytesAsync(file, new byte[2 << 20]);

        Finished pub = await RealProcess.RunToolAsync("pub", "--url", broker.Addresses[0], "-t", "a", "-f", file);

        Assert.Equal((6, ""), (pub.ExitCode, pub.Output));
        Assert.NotEmpty(pub.Error);
    }

    [Fact]
    public async Task Lines_do_not_wait_for_each_acknowledgement_and_keep_their_order()
    {
        await using MqttBroker broker = await OurBroker.StartAsync();
        string url = OurBroker.Address(broker, "ws");
        await using RealProcess sub = RealProcess.StartTool("sub", "--url", url, "-t", "a", "-q", "1", "-C", "2000", "--trace");
        await sub.LineAsync("SUBACK");

        Finished pub = await RealProcess.RunAsync("sh", "-c", "seq 1 2000 | dotnet \"$0\" pub --url \"$1\" -t a -l -q 1", RealPart.Tool, url);
        Finished received = await sub.FinishAsync();

        Assert.Equal((0, ""), (pub.ExitCode, pub.Error));
        Assert.Equal(string.Concat(Enumerable.Range(1, 2000).Select(i => $"{i}\n")), received.Output);
    }

    /// <summary>A server that acknowledges only when many have arrived: with one message under way at a time it would never answer.</summary>
    [Theory]
    [InlineData(20)]
    [InlineData(5, "-M", "5")]
    public async Task The_window_is_how_many_messages_are_under_way(int window, params string[] option)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using RealProcess tool = RealProcess.StartTool(["pub", "--url", Url(listener), "-t", "a", "-l", "-q", "1", .. option]);
        tool.WriteInput(string.Concat(Enumerable.Repeat("x\n", 100)));
        using Socket server = await listener.AcceptSocketAsync();
        byte[] received = new byte[4096];
        await server.ReceiveAsync(received);
        await server.SendAsync(new byte[] { 0x20, 2, 0, 0 });

        int length = 0; // PUBLISH of topic "a" and payload "x" has 8 bytes
        var clock = Stopwatch.StartNew();
        while (length < 8 * window && clock.Elapsed < RealProcess.Patience) length += await server.ReceiveAsync(received);

        Assert.Equal(8 * window, length);
    }

    [Fact]
    public async Task An_options_file_that_keeps_a_session_names_its_client()
    {
        string file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, """{"clean": false}""");

        Finished sub = await RealProcess.RunToolAsync("sub", "--url", "mqtt://127.0.0.1:1", "--options", file, "-t", "a");

        Assert.Equal(1, sub.ExitCode);
        Assert.Contains("without a clientId", sub.Error, StringComparison.Ordinal);
    }

    private static string Url(TcpListener listener) => $"mqtt://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";

    private static async Task<List<string>> TextsAsync(MqttSubscription messages, int count)
    {
        using var limit = new CancellationTokenSource(RealProcess.Patience);
        var texts = new List<string>();
        await foreach (MqttMessage message in messages.WithCancellation(limit.Token))
        {
            texts.Add(message.PayloadText);
            if (texts.Count == count) break;
        }

        return texts;
    }
}
