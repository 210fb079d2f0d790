// SPDX-License-Identifier: MIT

using RawMqtt.Interop.Parts;

namespace RawMqtt.Interop;

/// <summary>The samples for small devices, as native code, against a broker.</summary>
public class NativeTests
{
    [Fact]
    public async Task Blocking_sample_delivers_its_readings_at_QoS_1()
    {
        await using MqttBroker broker = await OurBroker.StartAsync();
        using MqttBrokerSubscription readings = broker.Subscribe("readings");

        Finished finished = await RealProcess.RunAsync(await NativeProgram.PublishAsync("blocking"), PortOf(broker), "readings", "21.5", "3", "0");

        Assert.Equal(0, finished.ExitCode);
        Assert.Equal(["21.5", "21.5", "21.5"], await ReadAsync(readings, 3));
    }

    [Fact]
    public async Task Blocking_sample_connects_again_and_loses_nothing()
    {
        await using MqttBroker broker = await OurBroker.StartAsync();
        using MqttBrokerSubscription readings = broker.Subscribe("readings");
        await using RealProcess sample = RealProcess.Start(await NativeProgram.PublishAsync("blocking"), PortOf(broker), "readings", "21.5", "3", "1");
        await ReadAsync(readings, 1);

        Assert.True(broker.Disconnect("sensor-readings"));

        await ReadAsync(readings, 2);
        Assert.Equal(0, (await sample.FinishAsync()).ExitCode);
    }

    /// <summary>The native runtime opens other files than dotnet does, and in another order.</summary>
    [Fact]
    public async Task Native_tool_has_its_name_and_notices_closed_streams()
    {
        string tool = await NativeProgram.PublishAsync("rawmqtt");
        string[] files = [.. Directory.GetFiles(Path.GetDirectoryName(tool)!).Select(file => Path.GetFileName(file)!)];
        Finished input = await RealProcess.RunAsync("sh", "-c", "\"$0\" decode <&-", tool);
        Finished output = await RealProcess.RunAsync("sh", "-c", "\"$0\" help >&-", tool);
        Finished error = await RealProcess.RunAsync("sh", "-c", "\"$0\" nonsense 2>&-", tool);

        Assert.Contains("rawmqtt", files);
        Assert.DoesNotContain("RawMqtt.Cli", files);
        Assert.Equal((8, 8, 1), (input.ExitCode, output.ExitCode, error.ExitCode));
        Assert.Contains("The standard input is closed", input.Error, StringComparison.Ordinal);
        Assert.Contains("The standard output is closed", output.Error, StringComparison.Ordinal);
    }

    /// <summary>The socket takes the last handle that is left, and the device of random bytes gets none.</summary>
    [Fact]
    public async Task Without_a_handle_for_random_bytes_nothing_is_sent()
    {
        await using MqttBroker broker = await OurBroker.StartAsync();
        string sample = await NativeProgram.PublishAsync("blocking");

        Finished without = await RealProcess.RunAsync("sh", "-c", "ulimit -n 5; exec timeout 3 \"$0\" \"$@\"", sample, PortOf(broker), "readings", "21.5");
        Finished with = await RealProcess.RunAsync("sh", "-c", "ulimit -n 6; exec timeout 30 \"$0\" \"$@\"", sample, PortOf(broker), "readings", "21.5");

        const int TimedOut = 124; // it tries again and again
        Assert.Equal(TimedOut, without.ExitCode);
        Assert.Equal(0, with.ExitCode);
        Assert.Equal(1, broker.Statistics.MessagesReceived);
    }

    [Fact]
    public async Task Client_without_tls_loads_no_openssl_and_refuses_wss()
    {
        await using MqttBroker broker = await OurBroker.StartAsync();
        string sample = await NativeProgram.PublishAsync("client");
        Dictionary<string, string> environment = new() { ["LD_DEBUG"] = "files" };

        await using RealProcess traced = RealProcess.Start(sample, [OurBroker.Address(broker, "ws"), "a", "21.5"], environment);
        Finished finished = await traced.FinishAsync();
        Finished refused = await RealProcess.RunAsync(sample, "wss://127.0.0.1:1/mqtt", "a", "21.5");

        Assert.Equal(0, finished.ExitCode);
        Assert.Contains("libc.so", finished.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("libssl", finished.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("libcrypto", finished.Error, StringComparison.Ordinal);
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("this program was built without it", refused.Error, StringComparison.Ordinal);
    }

    /// <summary>Static glibc, and the C library of the cross compiler.</summary>
    [Theory]
    [InlineData("arm64-blocking")]
    [InlineData("arm64-client")]
    public async Task Samples_for_arm64_deliver_their_reading(string program)
    {
        string qemu = RealPart.QemuArm64;
        await using MqttBroker broker = await OurBroker.StartAsync();
        using MqttBrokerSubscription readings = broker.Subscribe("readings");
        string sample = await NativeProgram.PublishAsync(program);

        string[] libraries = program == "arm64-client" ? ["-L", "/usr/aarch64-linux-gnu"] : [];
        string target = program == "arm64-client" ? OurBroker.Address(broker, "ws") : PortOf(broker);
        Finished finished = await RealProcess.RunAsync(qemu, [.. libraries, sample, target, "readings", "21.5"]);

        Assert.True(finished.ExitCode == 0, finished.Error);
        Assert.Equal(["21.5"], await ReadAsync(readings, 1));
    }

    private static string PortOf(MqttBroker broker) => $"{new Uri(OurBroker.Address(broker, "ws")).Port}";

    private static async Task<List<string>> ReadAsync(MqttBrokerSubscription readings, int count)
    {
        using var deadline = new CancellationTokenSource(RealProcess.Patience);
        var read = new List<string>();
        await foreach (MqttMessage message in readings.WithCancellation(deadline.Token))
        {
            read.Add(message.PayloadText);
            if (read.Count == count) break;
        }

        return read;
    }
}
