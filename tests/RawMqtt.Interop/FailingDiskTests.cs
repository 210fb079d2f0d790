// SPDX-License-Identifier: MIT

using RawMqtt.Interop.Parts;

namespace RawMqtt.Interop;

/// <summary>A disk that refuses a sync, in a real process: what that sync should have covered is written anew before anything follows from it.
/// By name, because not every machine lets one process trace another.</summary>
public sealed class FailingDiskTests : IDisposable
{
    private const int Messages = 20;

    private readonly string folder = Directory.CreateTempSubdirectory("rawmqtt-failing-").FullName;

    private string Calls => Path.Combine(folder, "calls");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <param name="failing">Which calls of fsync fail, of each thread. The first two of the main thread write the file that a new client begins with.</param>
    [Theory(Explicit = true)]
    [InlineData("3")]
    [InlineData("4")]
    [InlineData("3..4")] // also when the file is written anew,
    [InlineData("3..5+2")] // and when its folder is synced after that
    public async Task A_client_sends_nothing_after_a_sync_that_failed_until_its_session_file_is_written_anew(string failing)
    {
        await using MqttBroker broker = await OurBroker.StartAsync();
        using MqttBrokerSubscription arrivals = broker.Subscribe("lines/#");
        await using RealProcess pub = StartFailing(
            failing, "pub", "--url", OurBroker.Address(broker, "tcp"), "-t", "lines/a", "-l", "-q", "2", "-i", "c", "--session-file",
            Path.Combine(folder, "session"));
        await using IAsyncEnumerator<MqttMessage> reader = arrivals.GetAsyncEnumerator(new CancellationTokenSource(TimeSpan.FromMinutes(1)).Token);
        for (int i = 0; i < Messages; i++)
        {
            pub.WriteInput($"{i}\n");
            Assert.True(await reader.MoveNextAsync());
            Assert.Equal($"{i}", reader.Current.PayloadText);
        }

        pub.CloseInput();
        Assert.Equal(0, (await pub.FinishAsync()).ExitCode);
        AssertWrittenAnew("session.new");
    }

    [Theory(Explicit = true)]
    [InlineData("4")]
    [InlineData("5")]
    [InlineData("8")]
    public async Task A_broker_acknowledges_nothing_after_a_sync_that_failed_until_its_records_are_in_a_new_file(string failing)
    {
        await using (RealProcess broker = StartFailing(failing, "broker", "--tcp", "127.0.0.1:0", "--data", Path.Combine(folder, "data")))
        {
            string listening = await broker.LineAsync("listening mqtt:");
            string address = listening[listening.IndexOf("mqtt:", StringComparison.Ordinal)..].Trim();
            await broker.LineAsync("ready");
            await using MqttClient client = await MqttClient.ConnectAsync(new MqttClientOptions { Address = address, ClientId = "c", CleanSession = false });
            await using MqttSubscription messages = await client.SubscribeAsync("a", QualityOfService.AtLeastOnce);
            for (int i = 0; i < Messages; i++)
            {
                await client.PublishAsync("a", $"{i}", QualityOfService.AtLeastOnce);
                await foreach (MqttMessage message in messages)
                {
                    Assert.Equal($"{i}", message.PayloadText);
                    break;
                }
            }
        }

        AssertWrittenAnew(".journal.new");
    }

    /// <summary>The tool, with some of its calls of fsync failing.</summary>
    private RealProcess StartFailing(string failing, params string[] arguments)
    {
        string[] trace = ["-f", "-qq", "-o", Calls, "-e", "trace=fsync,sendto,sendmsg,rename", "-e", $"inject=fsync:error=EIO:when={failing}"];
        return RealProcess.Start(RealPart.Strace, [.. trace, "dotnet", RealPart.Tool, .. arguments]);
    }

    private void AssertWrittenAnew(string file)
    {
        string[] made = File.ReadAllLines(Calls);
        int failed = Array.FindLastIndex(made, call => call.Contains("INJECTED", StringComparison.Ordinal));
        Assert.True(failed >= 0, $"{made.Length} calls, and none of them failed");
        string[] behind = made[(failed + 1)..];
        int anew = Array.FindIndex(behind, call => call.Contains("rename", StringComparison.Ordinal) && call.Contains(file, StringComparison.Ordinal));
        Assert.True(anew >= 0, $"{file} was not written: {string.Join('\n', made)}");
        Assert.DoesNotContain(behind.Take(anew), call => call.Contains("send", StringComparison.Ordinal));
    }
}
