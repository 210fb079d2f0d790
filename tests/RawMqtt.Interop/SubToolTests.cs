// SPDX-License-Identifier: MIT

using RawMqtt.Interop.Parts;

namespace RawMqtt.Interop;

/// <summary>The letters of mosquitto_sub beyond the common ones, and how sub ends.</summary>
public class SubToolTests
{
    [Fact]
    public async Task Letters_of_mosquitto_sub_choose_print_and_delete()
    {
        await using MqttBroker broker = await OurBroker.StartAsync();
        string url = OurBroker.Address(broker, "ws");
        foreach ((string topic, string message) in new[] { ("a/1", "@home"), ("a/2", "two"), ("b/1", "gone") })
        {
            Assert.Equal((0, ""), await EndOf("pub", "--url", url, "-t", topic, "-m", message, "-r", "-q", "1", "-I", "pre_", "-V", "311"));
        }

        Finished formatted = await RealProcess.RunToolAsync("sub", "--url", url, "-t", "#", "-T", "b/#", "-C", "2", "-q", "1",
            "-F", @"%t\t%p %x %X %l %q %r %%");
        Finished removed = await RealProcess.RunToolAsync("sub", "--url", url, "-t", "a/#", "-C", "2", "-N", "--remove-retained");
        Assert.Equal("a/1\t@home 40686f6d65 40686F6D65 5 1 1 %\na/2\ttwo 74776f 74776F 3 1 1 %\n", formatted.Output);
        Assert.Equal("@hometwo\n", removed.Output); // the new line is the reader's

        await using RealProcess retained = RealProcess.StartTool("sub", "--url", url, "-t", "#", "--retained-only", "-v");
        await retained.LineAsync("b/1 gone");
        Assert.Equal((0, ""), await EndOf("pub", "--url", url, "-t", "c", "-m", "new", "--repeat", "2", "--repeat-delay", "0.01"));
        Finished ended = await retained.FinishAsync();
        Assert.Equal((0, "b/1 gone\n"), (ended.ExitCode, ended.Output));
    }

    [Fact]
    public async Task A_filter_of_a_kept_session_is_given_up()
    {
        await using MqttBroker broker = await OurBroker.StartAsync();
        string url = OurBroker.Address(broker, "tcp");
        Assert.Equal((0, ""), await EndOf("sub", "--url", url, "-t", "a", "-i", "kept", "-c", "-E"));
        Assert.Equal((0, ""), await EndOf("sub", "--url", url, "-t", "b", "-U", "a", "-i", "kept", "-c", "-E"));

        await using RealProcess sub = RealProcess.StartTool("sub", "--url", url, "-t", "b", "-i", "kept", "-c", "-C", "1", "-v", "--trace");
        await sub.LineAsync("SUBACK");
        Assert.Equal((0, ""), await EndOf("pub", "--url", url, "-t", "a", "-m", "no"));
        Assert.Equal((0, ""), await EndOf("pub", "--url", url, "-t", "b", "-m", "yes"));
        Assert.Equal("b yes\n", (await sub.FinishAsync()).Output);
    }

    [Fact]
    public async Task Sub_ends_when_the_reader_of_its_output_has_gone()
    {
        await using MqttBroker broker = await OurBroker.StartAsync();
        string url = OurBroker.Address(broker, "tcp");
        await using MqttClient client = await MqttClient.ConnectAsync(url);

        Task<Finished> shell = RealProcess.RunAsync("sh", "-c", "dotnet \"$0\" sub --url \"$1\" -t a | head -n 1", RealPart.Tool, url);
        while (!shell.IsCompleted) await client.PublishAsync("a", "x", QualityOfService.AtLeastOnce);

        Assert.Equal("x\n", (await shell).Output);
    }

    [Fact]
    public async Task A_packet_beyond_the_limit_ends_sub_with_the_option_that_raises_it()
    {
        await using MqttBroker broker = await OurBroker.StartAsync();
        string url = OurBroker.Address(broker, "ws");
        string file = Path.GetTempFileName();
        await File.WriteAllBytesAsync(file, new byte[100_000]);
        Assert.Equal((0, ""), await EndOf("pub", "--url", url, "-t", "a", "-f", file, "-r", "-q", "1"));

        Finished refused = await RealProcess.RunToolAsync("sub", "--url", url, "-t", "a", "-C", "1", "--max-packet", "65536");
        Finished taken = await RealProcess.RunToolAsync("sub", "--url", url, "-t", "a", "-C", "1", "--max-packet", "200000", "-F", "%l");

        Assert.Equal((6, ""), (refused.ExitCode, refused.Output));
        Assert.Contains("--max-packet", refused.Error, StringComparison.Ordinal);
        Assert.Equal("100000\n", taken.Output);
    }

    [Fact]
    public async Task The_time_of_W_may_have_a_fraction()
    {
        await using MqttBroker broker = await OurBroker.StartAsync();

        Finished sub = await RealProcess.RunToolAsync("sub", "--url", OurBroker.Address(broker, "tcp"), "-t", "a", "-W", "0.25");

        Assert.Equal(27, sub.ExitCode);
        Assert.Contains("the 0.25 s of -W are up", sub.Error, StringComparison.Ordinal);
    }

    private static async Task<(int ExitCode, string Error)> EndOf(params string[] arguments)
    {
        Finished tool = await RealProcess.RunToolAsync(arguments);
        return (tool.ExitCode, tool.Error);
    }
}
