// SPDX-License-Identifier: MIT

using RawMqtt.Interop.Parts;

namespace RawMqtt.Interop;

/// <summary>What a beginner types, in a shell: each mistake ends in one sentence that says what to do, and never waits.</summary>
public class StrangerToolTests
{
    [Theory]
    [InlineData(1, "rawmqtt pub localhost:PORT -t a -m b", "has no protocol in front: write mqtt://localhost:")]
    [InlineData(1, "rawmqtt sub broker.example:PORT", "has no protocol in front: write mqtt://broker.example:")]
    [InlineData(1, "rawmqtt pub -h localhost:PORT -t a -m b", "write -h localhost -p ")]
    [InlineData(1, "rawmqtt ping localhost:PORT", "write ws, wss, mqtt or mqtts in front, as in mqtt://localhost:")]
    [InlineData(1, "rawmqtt doctor localhost:PORT", "has no protocol in front. Try ws://localhost:")]
    [InlineData(2, "rawmqtt pub mqtt://127.0.0.1:1 -t a -m b", "connection refused")]
    [InlineData(2, "rawmqtt pub ws://127.0.0.1/mqtt -t a -m b --connect-timeout 5", "Try ws://127.0.0.1:8083/mqtt")]
    [InlineData(4, "rawmqtt pub ws://127.0.0.1:WS/wrong -t a -m b", "The path in the address is /wrong")]
    [InlineData(6, "rawmqtt pub mqtt://127.0.0.1:WS -t a -m b", "Try ws://127.0.0.1:")]
    [InlineData(3, "rawmqtt pub wss://127.0.0.1:WS/mqtt -t a -m b", "Try ws://127.0.0.1:")]
    [InlineData(8, "rawmqtt pub -h localhost -p PORT --cafile nowhere.crt -t a -m b", "nowhere.crt")]
    [InlineData(8, "rawmqtt pub wss://localhost:WS/mqtt --cafile nowhere.crt -t a -m b", "nowhere.crt")]
    [InlineData(8, "rawmqtt pub wss://localhost:WS/mqtt --capath nowhere -t a -m b", "nowhere")]
    [InlineData(8, "rawmqtt pub wss://localhost:WS/mqtt --cert nowhere.crt --key nowhere.key -t a -m b", "nowhere.crt")]
    [InlineData(8, "rawmqtt pub -p PORT --password-file nowhere -u me -t a -m b", "nowhere")]
    [InlineData(8, "rawmqtt pub -p PORT --options nowhere -t a -m b", "nowhere")]
    [InlineData(8, "rawmqtt pub -p PORT -o nowhere -t a -m b", "nowhere")]
    [InlineData(8, "rawmqtt pub -p PORT -t a -f nowhere", "nowhere")]
    [InlineData(8, "rawmqtt doctor wss://localhost:WS/mqtt --cafile nowhere.crt", "nowhere.crt")]
    [InlineData(8, "rawmqtt broker --config nowhere.json", "nowhere.json")]
    [InlineData(8, "rawmqtt broker --wss 127.0.0.1:0 --cert nowhere.crt --key nowhere.key", "nowhere.crt")]
    [InlineData(8, "rawmqtt broker --tcp 127.0.0.1:0 --password-file nowhere", "nowhere")]
    [InlineData(8, "rawmqtt broker import nowhere.conf", "nowhere.conf")]
    [InlineData(8, "rawmqtt decode -f nowhere", "nowhere")]
    [InlineData(8, "rawmqtt replay -p PORT nowhere", "nowhere")]
    [InlineData(8, "rawmqtt record -p PORT nowhere/file", "nowhere/file")]
    [InlineData(8, "rawmqtt sub -p PORT -t a --pcap nowhere/file", "nowhere/file")]
    [InlineData(8, "rawmqtt sub -p PORT -t a --output-dir /proc/nowhere", "/proc/nowhere")]
    [InlineData(8, "rawmqtt bench pub -p PORT --json nowhere/file", "nowhere/file")]
    [InlineData(8, "rawmqtt sessions nowhere", "nowhere")]
    [InlineData(1, "rawmqtt pub -p PORT -t a -m", "-m")]
    [InlineData(1, "rawmqtt pub -p PORT -t", "-t")]
    [InlineData(1, "rawmqtt sub -p PORT -t a -q high", "--qos takes 0|1|2")]
    [InlineData(1, "rawmqtt sub -p PORT -t a --retian", "\"--retian\" is not known")]
    [InlineData(1, "rawmqtt sub -p PORT -t a --verbos", "Did you mean --verbose?")]
    [InlineData(1, "rawmqtt sbu -t a", "Did you mean sub?")]
    [InlineData(1, "rawmqtt pub -p PORT -t '' -m b", "MQTT-4.7.3-1")]
    [InlineData(1, "rawmqtt sub -p PORT -t ''", "MQTT-4.7.3-1")]
    [InlineData(1, "rawmqtt pub -p PORT -t 'a/#' -m b", "MQTT-4.7.1-1")]
    [InlineData(1, "rawmqtt sub -p PORT", "Say what to subscribe to with -t")]
    [InlineData(1, "rawmqtt bench", "bench")]
    [InlineData(8, "rawmqtt pub -p PORT -t a -l <&-", "The standard input is closed")]
    [InlineData(8, "rawmqtt pub -p PORT -t a -s <&-", "The standard input is closed")]
    [InlineData(8, "rawmqtt decode <&-", "The standard input is closed")]
    [InlineData(8, "rawmqtt replay -p PORT - <&-", "The standard input is closed")]
    [InlineData(8, "rawmqtt passwd me <&-", "The standard input is closed")]
    [InlineData(8, "rawmqtt sub -p PORT -t a >&-", "The standard output is closed")]
    [InlineData(8, "rawmqtt help >&-", "The standard output is closed")]
    [InlineData(8, "rawmqtt decode c000 >&-", "The standard output is closed")]
    [InlineData(8, "rawmqtt sub -p PORT -t a > /dev/full", "No space left on device")]
    [InlineData(8, "rawmqtt help --man > /dev/full", "No space left on device")]
    public async Task A_mistake_ends_in_one_sentence(int exitCode, string line, string expected)
    {
        (Finished ended, _) = await RunAsync(line);

        Assert.Equal($"{exitCode}\n", ended.Output);
        Assert.Contains(expected, ended.Error, StringComparison.Ordinal);
        Assert.StartsWith("rawmqtt: ", ended.Error, StringComparison.Ordinal);
        Assert.Single(ended.Error.TrimEnd('\n').Split('\n'));
        Assert.DoesNotContain("Exception", ended.Error, StringComparison.Ordinal);
    }

    /// <summary>A stream that a command does not need may be closed: its number is a file of the runtime by then, and nothing may be written to that.</summary>
    [Theory]
    [InlineData("rawmqtt pub -p PORT -t a -m b <&-")]
    [InlineData("rawmqtt pub -p PORT -t a -m b >&-")]
    [InlineData("rawmqtt pub -p PORT -t a -m b 2>&-")]
    [InlineData("rawmqtt pub -p PORT -t a -m b <&- >&- 2>&-")]
    [InlineData("rawmqtt pub -p PORT -t a -m b -q 2 --trace <&- 2>&-")]
    [InlineData("rawmqtt pub -p PORT -t a -l 2>&- < /dev/null")]
    public async Task Streams_that_are_closed_and_not_needed_do_no_harm(string line)
    {
        (Finished ended, long messages) = await RunAsync(line);

        Assert.Equal("0\n", ended.Output);
        Assert.Equal(line.Contains("-l", StringComparison.Ordinal) ? 0 : 1, messages);
    }

    /// <summary>Runs a line of a shell beside a broker on PORT and WS, which keeps a message on topic a; the output ends with the line's exit code.</summary>
    private static async Task<(Finished Ended, long Messages)> RunAsync(string line)
    {
        await using MqttBroker broker = await OurBroker.StartAsync();
        await using MqttClient client = await MqttClient.ConnectAsync(OurBroker.Address(broker, "tcp"));
        await client.PublishAsync("a", "kept", QualityOfService.AtLeastOnce, retain: true);
        long before = broker.Statistics.MessagesReceived;
        string here = line.Replace("PORT", $"{new Uri(OurBroker.Address(broker, "tcp")).Port}", StringComparison.Ordinal)
            .Replace("WS", $"{new Uri(OurBroker.Address(broker, "ws")).Port}", StringComparison.Ordinal);
        string folder = Directory.CreateTempSubdirectory("rawmqtt-").FullName;
        Finished ended = await RealProcess.RunAsync("bash", "-c",
            $"cd {folder}; rawmqtt() {{ timeout 20 dotnet {RealPart.Tool} \"$@\"; }}\n{here}\necho $?");
        Directory.Delete(folder, recursive: true);
        return (ended, broker.Statistics.MessagesReceived - before);
    }
}
