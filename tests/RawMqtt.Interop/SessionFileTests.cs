// SPDX-License-Identifier: MIT

using System.Globalization;
using RawMqtt.Interop.Parts;

namespace RawMqtt.Interop;

/// <summary>A publisher that is killed, again and again: what it had taken on arrives, and at QoS 2 never twice.</summary>
public class SessionFileTests
{
    [Theory]
    [InlineData(QualityOfService.AtLeastOnce)]
    [InlineData(QualityOfService.ExactlyOnce)]
    public async Task Nothing_is_lost_when_the_process_is_killed(QualityOfService qos)
    {
        int seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}");
        var random = new Random(seed);
        string folder = Directory.CreateTempSubdirectory("rawmqtt-session-").FullName;
        await using MqttBroker broker = await OurBroker.StartAsync();
        using MqttBrokerSubscription arrivals = broker.Subscribe("lines/#");
        await using IAsyncEnumerator<MqttMessage> reader = arrivals.GetAsyncEnumerator(new CancellationTokenSource(TimeSpan.FromMinutes(2)).Token);
        string[] arguments = ["pub", "--url", OurBroker.Address(broker, "ws"), "-t", "lines/a", "-l", "-q", $"{(int)qos}", "-i", "killed", "--session-file",
            Path.Combine(folder, "session")];
        int next = 0;
        for (int round = 0; round < 5; round++)
        {
            await using (RealProcess pub = RealProcess.StartTool(arguments))
            {
                pub.WriteInput(string.Concat(Enumerable.Range(next, 400).Select(i => $"{i}\n")));
                for (int last = next + random.Next(60); next <= last;) next = await TakeAsync(reader, next, qos);
                pub.Signal(9);
                await pub.FinishAsync();
            }

            Finished rest = await RealProcess.RunToolAsync(arguments); // has no line of its own
            Assert.Equal((0, ""), (rest.ExitCode, rest.Error));
            broker.Publish("lines/end", "");
            int before;
            do
            {
                before = next;
                next = await TakeAsync(reader, next, qos);
            }
            while (next >= 0);
            next = before;
        }

        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Takes one message, and returns the number that must come next; -1 at the end.</summary>
    private static async Task<int> TakeAsync(IAsyncEnumerator<MqttMessage> reader, int next, QualityOfService qos)
    {
        Assert.True(await reader.MoveNextAsync());
        if (reader.Current.Topic == "lines/end") return -1;
        int number = int.Parse(reader.Current.PayloadText, CultureInfo.InvariantCulture);
        if (qos == QualityOfService.ExactlyOnce) Assert.Equal(next, number);
        else Assert.InRange(number, 0, next);
        return Math.Max(next, number + 1);
    }
}
