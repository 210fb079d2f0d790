// SPDX-License-Identifier: MIT

using RawMqtt.Interop.Parts;

namespace RawMqtt.Interop;

/// <summary>--pcap of the tool, and decode of what it wrote.</summary>
public class CaptureToolTests
{
    private readonly string folder = Directory.CreateTempSubdirectory("rawmqtt-").FullName;

    [Fact]
    public async Task A_capture_below_TLS_is_explained_by_decode()
    {
        using Certificates certificates = await Certificates.MakeAsync();
        await using MqttBroker broker = await OurBroker.StartAsync(certificates);
        string file = Path.Combine(folder, "pub.pcap");

        Finished pub = await RealProcess.RunToolAsync("pub", OurBroker.Address(broker, "wss"), "--cafile", certificates.Authority, "--servername", "localhost",
            "-t", "a", "-m", "secret", "-q", "1", "--pcap", file);
        Finished decode = await RealProcess.RunToolAsync("decode", "-f", file);

        Assert.Equal((0, ""), (pub.ExitCode, pub.Error));
        Assert.Equal((0, ""), (decode.ExitCode, decode.Error));
        Assert.Contains("→ PUBLISH \"a\" at QoS 1, id 1: 6 bytes \"secret\"", decode.Output, StringComparison.Ordinal);
        Assert.Contains("← PUBACK", decode.Output, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    /// <summary>By name, where tshark is installed: -explicit only.</summary>
    [Fact(Explicit = true)]
    public async Task Wireshark_finds_nothing_to_mend_in_a_capture_of_the_broker()
    {
        string file = Path.Combine(folder, "broker.pcap");
        await using (RealProcess broker = RealProcess.StartTool("broker", "--tcp", "127.0.0.1:0", "--ws", "127.0.0.1:0", "--quiet", "--pcap", file))
        {
            await broker.LineAsync("ready");
            foreach (string line in broker.Output.Split('\n').Where(line => line.StartsWith("listening ", StringComparison.Ordinal)))
            {
                string big = Path.Combine(folder, "big");
                await File.WriteAllBytesAsync(big, new byte[300_000]);
                Assert.Equal(0, (await RealProcess.RunToolAsync("pub", line["listening ".Length..], "-t", "a", "-f", big, "-q", "2")).ExitCode);
            }

            broker.Signal(15);
            await broker.FinishAsync();
        }

        string[] checks = ["-n", "-r", file, "-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE"];
        Finished wrong = await RealProcess.RunAsync("tshark",
            [.. checks, "-Y", "tcp.checksum.status==\"Bad\" || ip.checksum.status==\"Bad\" || tcp.analysis.flags || _ws.malformed"]);
        Finished packets = await RealProcess.RunAsync("tshark", [.. checks, "-Y", "mqtt || websocket"]);

        Assert.Equal((0, ""), (wrong.ExitCode, wrong.Output));
        foreach (string packet in new[] { "Connect Command", "Publish Message (id=1) [a]", "Publish Complete", "WebSocket Binary" })
        {
            Assert.Contains(packet, packets.Output, StringComparison.Ordinal);
        }
    }
}
