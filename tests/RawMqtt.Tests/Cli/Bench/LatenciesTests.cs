// SPDX-License-Identifier: MIT

using System.Text.Json;
using RawMqtt.Cli.Bench;

namespace RawMqtt.Tests.Cli.Bench;

public class LatenciesTests
{
    [Fact]
    public void Percentiles_keep_three_digits()
    {
        var latencies = new Latencies();
        for (int i = 1; i <= 100_000; i++) latencies.Record(i * 1000L);

        foreach (double percent in new[] { 50, 90, 99, 99.9 }) Assert.InRange(latencies.Percentile(percent), percent * 999_000, percent * 1_002_000);
        Assert.Equal((100_000, 1000, 100_000_000), (latencies.Count, latencies.Min, latencies.Max));
    }

    [Fact]
    public void Sums_and_their_way_through_JSON_lose_nothing()
    {
        var (one, other, all) = (new Latencies(), new Latencies(), new Latencies());
        var random = new Random(1);
        for (int i = 0; i < 1000; i++)
        {
            long value = random.NextInt64(1_000_000_000);
            (i % 2 == 0 ? one : other).Record(value);
            all.Record(value);
        }

        one.Add(ThroughJson(other));

        Assert.Equal(all.Values(), one.Values());
        Assert.Equal(all.Count, one.Count);
    }

    [Fact]
    public void Values_beyond_the_range_count_at_its_ends()
    {
        var latencies = new Latencies();
        latencies.Record(-5);
        latencies.Record(long.MaxValue);

        Assert.Equal((2, 0, 600_000_000_000), (latencies.Count, latencies.Min, latencies.Max));
    }

    [Fact]
    public void Without_values_all_is_0()
    {
        var latencies = new Latencies();
        latencies.Add(new Latencies());

        Assert.Equal((0, 0, 0), (latencies.Percentile(99), latencies.Max, latencies.Mean));
    }

    private static Latencies ThroughJson(Latencies latencies)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            LatencyJson.WriteValues(json, "values", latencies);
            json.WriteEndObject();
        }

        using JsonDocument document = JsonDocument.Parse(buffer.ToArray());
        return LatencyJson.ReadValues(document.RootElement.GetProperty("values"));
    }
}
