// SPDX-License-Identifier: MIT

using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using RawMqtt.Cli.Bench;

namespace RawMqtt.Tests.Cli.Bench;

/// <summary>The forms of a report, from one that is made up.</summary>
public class BenchReportTests
{
    [Fact]
    public void Text_says_what_was_sent_what_came_and_how_busy_the_tool_was() => Assert.Equal("""
        bench pubsub ws://127.0.0.1:8083/mqtt: 1 publisher, 2 subscribers, 64 bytes at QoS 1, 500 messages/s, 2 processes

        connections 3 in 0.50 s, 6/s; 0 failed, 1 lost
                    p50 3.00 ms, p90 3.00 ms, p99 3.00 ms, p99.9 3.00 ms, max 3.00 ms
        sent        1 000 in 2.00 s, 500/s; 990 acknowledged; 0 failed, 5 not sent
        received    1 900 in 2.50 s, 760/s
                    100 lost, 3 duplicates, 4 out of order, 7 of others
        latency     from the time at which each message was due to its arrival
                    p50 100 us, p90 100 us, p99 9.00 ms, p99.9 9.00 ms, max 9.00 ms
        this tool   50 % of 2 cores, 64 MB, 3 collections that paused 12.5 ms
                    messages left late by p50 5.00 ms, p90 5.00 ms, p99 5.00 ms, p99.9 5.00 ms, max 5.00 ms
        note        This tool took 50 % of the machine: the broker on it had less, and the figures are of both.
        note        1 % of the messages left 5.00 ms late or more: that is part of their time. Lower the rate, or use more processes or publishers.
        note        5 messages were due and never left: the broker or this tool is slower than the rate.
        fault       1 x the server \x1b[31m closed

        """.ReplaceLineEndings("\n"), BenchText.Render(Report()));

    [Fact]
    public void Json_comes_back_as_it_was()
    {
        BenchReport read = BenchJson.Read(Encoding.UTF8.GetBytes(BenchJson.Write(Report())));

        Assert.Equal(Report().Plan with { Tag = read.Plan.Tag }, read.Plan);
        Assert.Equal((Report().Counts, Report().Own, Report().Address), (read.Counts, read.Own, read.Address));
        Assert.Equal(Report().Latency.Values(), read.Latency.Values());
        Assert.Equal((0.5, 2, 2.5, 3), (read.ConnectSeconds, read.SendSeconds, read.ReceiveSeconds, read.Elapsed));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("""{"rawmqttBench":2}""")]
    [InlineData("""{"rawmqttBench":1,"durations":7}""")]
    public void What_is_no_report_is_refused(string text) => Assert.Throws<FormatException>(() => BenchJson.Read(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Csv_has_a_row_for_each_second() => Assert.Equal(
        "second,seconds,sent,received,p50_us,p90_us,p99_us,p99.9_us,max_us,cpu_seconds\n1,1.000,500,900,100.0,100.0,100.0,100.0,100.0,0.750\n",
        BenchCsv.Render(Report()));

    [Fact]
    public void The_page_has_plots_and_loads_nothing()
    {
        string page = BenchHtml.Render(Report());

        Assert.Equal(4, Regex.Count(page, "<svg "));
        Assert.DoesNotMatch("(?i)<script|src=|href=|url\\(|@import|<link", page);
        Assert.Contains("default-src 'none'", page, StringComparison.Ordinal);
        foreach (Match figure in Regex.Matches(page, "<svg .*?</svg>")) Assert.Equal("svg", XElement.Parse(figure.Value).Name);
    }

    [Fact]
    public void A_page_shows_text_of_others_as_text()
    {
        string page = BenchHtml.Render(Report() with { Address = "ws://h/<script>alert(1)</script>", Faults = new Dictionary<string, long> { ["<b>"] = 1 } });

        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_reports_stand_side_by_side_with_ratios()
    {
        string text = BenchComparison.Render(Report(), Report() with { SendSeconds = 1, Plan = Report().Plan with { Rate = 1000, Size = 16 } });

        Assert.Matches(@"sent a second +500 +1 000 +2\.00\n", text);
        Assert.Matches(@"latency p99 +9\.00 ms +9\.00 ms +1\.00\n", text);
        Assert.Contains("The rates differ", text, StringComparison.Ordinal);
        Assert.Contains("The messages differ in size or QoS", text, StringComparison.Ordinal);
    }

    private static BenchReport Report()
    {
        var (latency, lateness, connects) = (new Latencies(), new Latencies(), new Latencies());
        latency.Record(100_000, 970);
        latency.Record(9_000_000, 30);
        lateness.Record(5_000_000, 1000);
        connects.Record(3_000_000, 3);
        var second = new BenchSecond(1) { Sent = 500, Received = 900, CpuSeconds = 0.75, Seconds = 1 };
        second.Latency.Record(100_000, 900);
        return new BenchReport
        {
            Plan = new BenchPlan
            {
                Mode = BenchMode.PubSub,
                Publishers = 1,
                Subscribers = 2,
                Rate = 500,
                Qos = QualityOfService.AtLeastOnce,
                Topic = "a/%i",
                Processes = 2,
            },
            Address = "ws://127.0.0.1:8083/mqtt",
            Started = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
            Counts = new BenchCounts
            {
                Connected = 3,
                ConnectionsLost = 1,
                Sent = 1000,
                Acknowledged = 990,
                NotSent = 5,
                Expected = 2000,
                Received = 1900,
                Duplicates = 3,
                OutOfOrder = 4,
                Foreign = 7,
            },
            Own = new OwnLoad(3, 3, 0.0125, 1000, 64 << 20),
            Cores = 2,
            Latency = latency,
            Lateness = lateness,
            Connects = connects,
            ConnectSeconds = 0.5,
            SendSeconds = 2,
            ReceiveSeconds = 2.5,
            Elapsed = 3,
            Seconds = [second],
            Faults = new Dictionary<string, long> { ["the server \u001b[31m closed"] = 1 },
        };
    }
}
