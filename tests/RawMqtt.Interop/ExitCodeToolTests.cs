// SPDX-License-Identifier: MIT

using RawMqtt.Interop.Parts;

namespace RawMqtt.Interop;

/// <summary>Each end of a command has the exit code that the help's table tells.</summary>
public class ExitCodeToolTests
{
    private const int HangUp = 1;
    private const int Interrupt = 2;
    private const int Terminate = 15;

    [Theory]
    [InlineData("sub URL -t a --trace", "SUBACK", 0, 0, 0)]
    [InlineData("sub URL -t a -C 1 --trace", "SUBACK", 129, 130, 143)]
    [InlineData("pub URL -t a -q 1 -l --trace", "PUBACK", 0, 0, 0)]
    [InlineData("pub URL -t a -m b --repeat 1000 --repeat-delay 60 --trace", "PUBLISH", 129, 130, 143)]
    [InlineData("ping URL --endless --interval 60", "PINGRESP 1", 0, 0, 0)]
    [InlineData("ping URL -C 1000 --interval 60", "PINGRESP 1", 129, 130, 143)]
    [InlineData("rpc URL -t a -m b -W 60 --trace", "SUBACK", 129, 130, 143)]
    [InlineData("record URL - --trace", "SUBACK", 0, 0, 0)]
    [InlineData("replay URL - --trace", "CONNACK", 129, 130, 143)]
    [InlineData("broker --tcp 127.0.0.1:0 --quiet", "ready", null, 0, 0)]
    public async Task A_signal_ends_each_command_with_its_code(string arguments, string readiness, int? hangUp, int interrupt, int terminate)
    {
        await using MqttBroker broker = await OurBroker.StartAsync();
        string[] words = arguments.Replace("URL", OurBroker.Address(broker, "tcp"), StringComparison.Ordinal).Split(' ');
        foreach ((int signal, int? code) in new[] { (HangUp, hangUp), (Interrupt, interrupt), (Terminate, (int?)terminate) })
        {
            if (code is null) continue;
            await using RealProcess tool = RealProcess.StartTool(words);
            if (arguments.Contains(" -l ", StringComparison.Ordinal)) tool.WriteInput("x\n");
            await tool.LineAsync(readiness);

            tool.Signal(signal);

            Assert.Equal((signal, code), (signal, (await tool.FinishAsync()).ExitCode));
        }
    }

    /// <summary>nohup ignores SIGHUP for the program that it starts, which must leave it so.</summary>
    [Fact]
    public async Task Nohup_is_obeyed()
    {
        await using MqttBroker broker = await OurBroker.StartAsync();
        await using RealProcess tool = RealProcess.Start(
            "nohup", "dotnet", RealPart.Tool, "sub", OurBroker.Address(broker, "tcp"), "-t", "a", "-C", "1", "--trace");
        await tool.LineAsync("SUBACK");

        tool.Signal(HangUp);
        await using MqttClient client = await MqttClient.ConnectAsync(OurBroker.Address(broker, "tcp"));
        await client.PublishAsync("a", "after", QualityOfService.AtLeastOnce);

        Finished ended = await tool.FinishAsync();
        Assert.Equal((0, "after\n"), (ended.ExitCode, ended.Output));
    }

    /// <summary>The reader of the output has gone: SIGPIPE.</summary>
    [Theory]
    [InlineData("help --man")]
    [InlineData("completion zsh")]
    [InlineData("broker --limits")]
    [InlineData("decode --lines < hexadecimal")]
    [InlineData("sub URL -t a")]
    [InlineData("retained list URL '#'")]
    [InlineData("record URL -")]
    public async Task A_reader_that_leaves_is_no_failure(string arguments)
    {
        await using MqttBroker broker = await OurBroker.StartAsync();
        string url = OurBroker.Address(broker, "tcp");
        await using MqttClient client = await MqttClient.ConnectAsync(url);
        await client.PublishAsync("a", new byte[200_000], QualityOfService.AtLeastOnce, retain: true);
        string folder = Directory.CreateTempSubdirectory("rawmqtt-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "hexadecimal"), string.Concat(Enumerable.Repeat("330a0003612f62000a686921\n", 5000)));

        string line = arguments.Replace("URL", url, StringComparison.Ordinal);
        Task<Finished> shell = RealProcess.RunAsync(
            "bash", "-c", $"cd {folder}; dotnet \"$0\" {line} | head -c 10 > taken; echo ${{PIPESTATUS[0]}}", RealPart.Tool);
        while (!shell.IsCompleted) await client.PublishAsync("a", "x", QualityOfService.AtLeastOnce);

        Finished ended = await shell;
        Assert.Equal(("0\n", ""), (ended.Output, ended.Error));
    }
}
