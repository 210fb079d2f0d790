// SPDX-License-Identifier: MIT

using RawMqtt.Cli;
using RawMqtt.Cli.Bench;

namespace RawMqtt.Tests.Cli.Bench;

public class BenchArgumentsTests
{
    [Theory]
    [InlineData("bench conn mqtt://h -c 9000 --connect-rate 500 --duration 0 --processes 4")]
    [InlineData("bench pub ws://h/mqtt -c 10 --rate max -s 16 -q 2 -r -t a/%i -M 10 --count 5 --json a --csv b --html c")]
    [InlineData("bench sub -h h -c 2 -q 1 -t a/# --count 10 --warmup 0 --connecting 5")]
    [InlineData("bench pubsub wss://h --publishers 3 --subscribers 6 --rate 0.5 --duration 2.5 --ramp 1 -I load- --cafile ca.crt -u a -P b")]
    [InlineData("bench fan --subscribers 100")]
    [InlineData("bench compare a.json b.json")]
    public void Arguments_are_taken(string arguments) => Assert.Empty(ErrorsOf(arguments));

    [Theory]
    [InlineData("bench pub --rate 0", "--rate takes a number a second, such as 500 or 0.5, or max, not \"0\"")]
    [InlineData("bench conn --connect-rate max", "--connect-rate takes a number a second, such as 500 or 0.5, not \"max\"")]
    [InlineData("bench pub --size 15", "--size takes a whole number from 16 to 16777216, not \"15\"")]
    [InlineData("bench pub --clients 65536", "--clients takes a whole number from 1 to 65535")]
    [InlineData("bench pub --rate max --ramp 1", "--ramp has no effect with --rate max")]
    [InlineData("bench conn --connect-rate 5 --connecting 5", "--connecting has no effect with --connect-rate")]
    [InlineData("bench sub -i one", "Each connection needs an identifier of its own: give a beginning with -I")]
    [InlineData("bench sub --session-file f -i a", "--session-file holds one session, and a load has many")]
    [InlineData("bench pubsub --trace", "--trace is for one connection, and a load has many")]
    [InlineData("bench pubsub --pcap f", "--pcap is for one connection, and a load has many")]
    [InlineData("bench pubsub --publishers 2 --topic a", "Several publishers of pubsub need %i in --topic")]
    [InlineData("bench pub -t a/#", "MQTT-4.7.1-1")]
    [InlineData("bench sub -t a/#/b", "MQTT-4.7.1-2")]
    [InlineData("bench pub -q 3", "--qos takes 0|1|2")]
    [InlineData("bench sub --duration 0", "--duration takes seconds from 0.001")]
    [InlineData("bench compare a.json", "Required argument missing")]
    public void Mistakes_are_named(string arguments, string expected) =>
        Assert.Contains(ErrorsOf(arguments), error => error.Contains(expected, StringComparison.Ordinal));

    [Theory]
    [InlineData("PubSub", 2, 5, "t/0 t/1 t/0 t/1 t/0", "3 2")]
    [InlineData("PubSub", 5, 2, "t/0+t/2+t/4 t/1+t/3", "1 1 1 1 1")]
    [InlineData("PubSub", 2, 2, "t/0 t/1", "1 1")]
    [InlineData("Fan", 2, 2, "t/0+t/1 t/0+t/1", "2 2")]
    public void Who_gets_what_is_planned(string mode, int publishers, int subscribers, string filters, string receivers)
    {
        var plan = new BenchPlan { Mode = Enum.Parse<BenchMode>(mode), Publishers = publishers, Subscribers = subscribers, Topic = "t/%i" };

        Assert.Equal(filters, string.Join(' ', Enumerable.Range(0, subscribers).Select(i => string.Join('+', plan.FiltersOf(i)))));
        Assert.Equal(receivers, string.Join(' ', Enumerable.Range(0, publishers).Select(plan.ReceiversOf)));
    }

    [Theory]
    [InlineData(10, 3, "4 3 3")]
    [InlineData(2, 3, "1 1 0")]
    public void Publishers_share_the_count(long count, int publishers, string quotas)
    {
        var plan = new BenchPlan { Mode = BenchMode.Pub, Publishers = publishers, Topic = "t", Count = count };

        Assert.Equal(quotas, string.Join(' ', Enumerable.Range(0, publishers).Select(plan.QuotaOf)));
    }

    [Fact]
    public void Processes_share_the_connections()
    {
        var plan = new BenchPlan { Mode = BenchMode.Conn, Idle = 10, Topic = "", Processes = 3 };

        Assert.Equal(Enumerable.Range(0, 10), Enumerable.Range(0, 3).SelectMany(process => plan.ShareOf(process, 10)).Order());
    }

    private static string[] ErrorsOf(string arguments) => [.. Tool.Create().Parse(arguments.Split(' ')).Errors.Select(error => error.Message)];
}
