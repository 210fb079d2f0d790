// SPDX-License-Identifier: MIT

using System.Text;
using System.Text.Json;

namespace RawMqtt.Cli.Bench;

/// <summary>What one process of a run reports: counts since its start, and times since its last report.</summary>
internal sealed class BenchSample
{
    public BenchPhase Phase { get; init; }

    /// <summary>Gets the seconds since the run's start; 0 before it.</summary>
    public double At { get; init; }

    /// <summary>Gets the seconds from the run's start to the latest arrival of a message; 0 before one has arrived.</summary>
    public double LastArrival { get; init; }

    /// <summary>Gets how long this process took to connect; 0 while it does.</summary>
    public double ConnectSeconds { get; init; }

    public BenchCounts Counts { get; init; }

    public OwnLoad Own { get; init; }

    /// <summary>Gets the times from due to received, or to acknowledged.</summary>
    public Latencies Latency { get; init; } = new();

    /// <summary>Gets the times from due to handed to the connection.</summary>
    public Latencies Lateness { get; init; } = new();

    public Latencies Connects { get; init; } = new();

    /// <summary>Gets the texts of failures with their numbers, since the start.</summary>
    public Dictionary<string, long> Faults { get; init; } = [];

    public static BenchSample Parse(string line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        JsonElement json = document.RootElement;
        return new BenchSample
        {
            Phase = (BenchPhase)json.GetProperty("phase").GetInt32(),
            At = json.GetProperty("at").GetDouble(),
            LastArrival = json.GetProperty("lastArrival").GetDouble(),
            ConnectSeconds = json.GetProperty("connectSeconds").GetDouble(),
            Counts = BenchCounts.Read(json.GetProperty("counts")),
            Own = OwnLoad.Read(json.GetProperty("own")),
            Latency = LatencyJson.ReadValues(json.GetProperty("latency")),
            Lateness = LatencyJson.ReadValues(json.GetProperty("lateness")),
            Connects = LatencyJson.ReadValues(json.GetProperty("connects")),
            Faults = json.GetProperty("faults").EnumerateObject().ToDictionary(fault => fault.Name, fault => fault.Value.GetInt64()),
        };
    }

    /// <summary>Returns the sample as one line.</summary>
    public override string ToString()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer)) Write(json);
        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("phase", (int)Phase);
        json.WriteNumber("at", At);
        json.WriteNumber("lastArrival", LastArrival);
        json.WriteNumber("connectSeconds", ConnectSeconds);
        json.WriteStartObject("counts");
        Counts.Write(json);
        json.WriteEndObject();
        json.WriteStartObject("own");
        Own.Write(json);
        json.WriteEndObject();
        LatencyJson.WriteValues(json, "latency", Latency);
        LatencyJson.WriteValues(json, "lateness", Lateness);
        LatencyJson.WriteValues(json, "connects", Connects);
        json.WriteStartObject("faults");
        foreach ((string text, long count) in Faults) json.WriteNumber(text, count);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
