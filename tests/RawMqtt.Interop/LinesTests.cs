// SPDX-License-Identifier: MIT

using System.Diagnostics;
using System.Globalization;
using RawMqtt.Interop.Parts;

namespace RawMqtt.Interop;

/// <summary>A million lines of 16 bytes from <c>pub -l</c> through a broker to <c>sub</c>.</summary>
public class LinesTests
{
    /// <summary>All lines may wait for the reader, so that a busy machine drops nothing either.</summary>
    private const string Broker = "exec dotnet \"$0\" broker --tcp 127.0.0.1:0 --limit MaxOutgoingBytes=67108864 --quiet";

    [Theory]
    [InlineData("0", 1_000_000)]
    [InlineData("1", 300_000)]
    public async Task All_lines_arrive_in_order(string qos, int count)
    {
        await using RealProcess broker = RealProcess.Start("sh", "-c", Broker, RealPart.Tool);
        var address = new Uri((await broker.LineAsync("listening mqtt:"))["listening ".Length..]);

        (int arrived, bool isSame, _) = await RunAsync($"dotnet {RealPart.Tool} pub", $"dotnet {RealPart.Tool} sub", address.Port, qos, count);

        Assert.Equal((count, true), (arrived, isSame));
    }

    /// <summary>By name: the table of docs/tool.md. RAWMQTT_TOOL names the native program.</summary>
    /// <remarks>mosquitto_pub 2.0.11 ends before it has sent a million lines at QoS 1, so it has fewer.</remarks>
    [Fact(Explicit = true)]
    public async Task Table_beside_mosquitto()
    {
        string tool = Environment.GetEnvironmentVariable("RAWMQTT_TOOL") ?? $"dotnet {RealPart.Tool}";
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using RealProcess broker = RealProcess.Start("sh", "-c", $"exec {tool} broker --tcp 127.0.0.1:0 --quiet");
        var address = new Uri((await broker.LineAsync("listening mqtt:"))["listening ".Length..]);
        foreach ((string qos, int ofMosquitto) in new[] { ("0", 200_000), ("1", 10_000) })
        {
            (int theirs, _, TimeSpan slow) = await RunAsync("mosquitto_pub", "mosquitto_sub", mosquitto.Port, qos, ofMosquitto);
            (int ours, _, TimeSpan fast) = await RunAsync($"{tool} pub", $"{tool} sub", address.Port, qos, 1_000_000);
            double slowRate = theirs / slow.TotalSeconds;
            double fastRate = ours / fast.TotalSeconds;
            TestContext.Current.SendDiagnosticMessage(string.Create(CultureInfo.InvariantCulture,
                $"QoS {qos}: mosquitto {theirs} of {ofMosquitto}, {slowRate:0} a second; "
                + $"ours {ours} of 1000000, {fastRate:0} a second: {fastRate / slowRate:0.0} x"));
        }
    }

    /// <summary>Returns how many lines came, whether they are those that were sent, and the time from the first line read to the last one written.</summary>
    private static async Task<(int Arrived, bool IsSame, TimeSpan Time)> RunAsync(string pub, string sub, int port, string qos, int count)
    {
        string folder = Directory.CreateTempSubdirectory("rawmqtt-lines-").FullName;
        string sent = Path.Combine(folder, "sent");
        string got = Path.Combine(folder, "got");
        await File.WriteAllLinesAsync(sent, Enumerable.Range(0, count).Select(number => number.ToString("D16", CultureInfo.InvariantCulture)));
        string place = $"-h 127.0.0.1 -p {port} -t a -q {qos}";
        // ours prints a retained message at once, theirs when its buffer is full
        await using RealProcess retaining = RealProcess.Start("sh", "-c", $"exec {pub} {place} -r -m ready");
        await retaining.FinishAsync();
        await using RealProcess reading = RealProcess.Start("sh", "-c", $"exec {sub} {place} -C {count + 1} -W 110 > {got}");
        string wait = sub.StartsWith("mosquitto", StringComparison.Ordinal) ? "sleep 1" : $"until [ -s {got} ]; do sleep 0.02; done";
        await RealProcess.RunAsync("sh", "-c", wait);
        long start = Stopwatch.GetTimestamp();
        await using RealProcess writing = RealProcess.Start("sh", "-c", $"exec {pub} {place} -l < {sent}");
        await writing.FinishAsync();
        await reading.FinishAsync();
        TimeSpan time = Stopwatch.GetElapsedTime(start);
        string[] lines = await File.ReadAllLinesAsync(got);
        lines = lines[Math.Min(1, lines.Length)..]; // without "ready"
        bool isSame = lines.SequenceEqual(File.ReadLines(sent).Take(lines.Length));
        Directory.Delete(folder, recursive: true);
        return (lines.Length, isSame, time);
    }
}
