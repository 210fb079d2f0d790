// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Text.Json;

namespace RawMqtt.Cli.Bench;

/// <summary>A distribution in JSON: a summary for readers, and each value with its count so that distributions can be added and drawn.</summary>
internal static class LatencyJson
{
    public static readonly double[] Percents = [50, 75, 90, 95, 99, 99.9, 99.99];

    public static void Write(Utf8JsonWriter json, string name, Latencies latencies)
    {
        json.WriteStartObject(name);
        json.WriteNumber("count", latencies.Count);
        if (latencies.Count > 0)
        {
            json.WriteNumber("min", latencies.Min);
            json.WriteNumber("mean", Math.Round(latencies.Mean));
            foreach (double percent in Percents) json.WriteNumber(NameOf(percent), latencies.Percentile(percent));
            json.WriteNumber("max", latencies.Max);
        }

        WriteValues(json, "values", latencies);
        json.WriteEndObject();
    }

    /// <summary>Writes a flat list: value, count, value, count ...</summary>
    public static void WriteValues(Utf8JsonWriter json, string name, Latencies latencies)
    {
        json.WriteStartArray(name);
        if (latencies.Count > 0)
        {
            foreach ((long value, long count) in latencies.Values())
            {
                json.WriteNumberValue(value);
                json.WriteNumberValue(count);
            }
        }

        json.WriteEndArray();
    }

    public static Latencies ReadValues(JsonElement list)
    {
        var latencies = new Latencies();
        long? value = null;
        foreach (JsonElement number in list.EnumerateArray())
        {
            if (value is { } known) latencies.Record(known, number.GetInt64());
            value = value is null ? number.GetInt64() : null;
        }

        return latencies;
    }

    public static string NameOf(double percent) => $"p{percent.ToString(CultureInfo.InvariantCulture)}";
}
