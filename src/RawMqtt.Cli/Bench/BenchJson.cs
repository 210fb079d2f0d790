// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace RawMqtt.Cli.Bench;

/// <summary>A report as JSON, and back. Times are nanoseconds where the name does not say otherwise.</summary>
internal static class BenchJson
{
    private const int Version = 1;

    private static readonly JsonWriterOptions Indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(BenchReport report)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Indented)) Write(json, report);
        return Encoding.UTF8.GetString(buffer.ToArray()) + "\n";
    }

    /// <exception cref="FormatException">The bytes are not a report.</exception>
    public static BenchReport Read(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(bytes);
            JsonElement json = document.RootElement;
            if (json.GetProperty("rawmqttBench").GetInt32() != Version) throw new FormatException("The report is of another version of this tool.");
            JsonElement seconds = json.GetProperty("durations");
            return new BenchReport
            {
                Plan = ReadPlan(json.GetProperty("plan")),
                Address = json.GetProperty("address").GetString()!,
                Started = json.GetProperty("started").GetDateTimeOffset(),
                Counts = BenchCounts.Read(json.GetProperty("counts")),
                Own = OwnLoad.Read(json.GetProperty("own")),
                Cores = json.GetProperty("cores").GetInt32(),
                Latency = LatencyJson.ReadValues(json.GetProperty("latency").GetProperty("values")),
                Lateness = LatencyJson.ReadValues(json.GetProperty("lateness").GetProperty("values")),
                Connects = LatencyJson.ReadValues(json.GetProperty("connects").GetProperty("values")),
                ConnectSeconds = seconds.GetProperty("connect").GetDouble(),
                SendSeconds = seconds.GetProperty("send").GetDouble(),
                ReceiveSeconds = seconds.GetProperty("receive").GetDouble(),
                Elapsed = seconds.GetProperty("all").GetDouble(),
            };
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException)
        {
            throw new FormatException($"This is not a report of rawmqtt bench --json: {failure.Message}", failure);
        }
    }

    private static void Write(Utf8JsonWriter json, BenchReport report)
    {
        json.WriteStartObject();
        json.WriteNumber("rawmqttBench", Version);
        json.WriteString("address", report.Address);
        json.WriteString("started", report.Started);
        json.WriteNumber("cores", report.Cores);
        WritePlan(json, report.Plan);
        json.WriteStartObject("durations");
        json.WriteNumber("connect", Math.Round(report.ConnectSeconds, 6));
        json.WriteNumber("send", Math.Round(report.SendSeconds, 6));
        json.WriteNumber("receive", Math.Round(report.ReceiveSeconds, 6));
        json.WriteNumber("all", Math.Round(report.Elapsed, 6));
        json.WriteEndObject();
        json.WriteStartObject("counts");
        report.Counts.Write(json);
        json.WriteEndObject();
        json.WriteStartObject("rates");
        json.WriteNumber("connects", Math.Round(report.ConnectRate, 1));
        json.WriteNumber("sent", Math.Round(report.SendRate, 1));
        json.WriteNumber("received", Math.Round(report.ReceiveRate, 1));
        json.WriteEndObject();
        json.WriteStartObject("own");
        report.Own.Write(json);
        json.WriteNumber("cpuShare", Math.Round(report.CpuShare, 4));
        json.WriteEndObject();
        LatencyJson.Write(json, "latency", report.Latency);
        LatencyJson.Write(json, "lateness", report.Lateness);
        LatencyJson.Write(json, "connects", report.Connects);
        json.WriteStartArray("notes");
        foreach (string warning in report.Warnings) json.WriteStringValue(warning);
        json.WriteEndArray();
        json.WriteStartObject("faults");
        foreach ((string text, long count) in report.Faults) json.WriteNumber(text, count);
        json.WriteEndObject();
        WriteSeconds(json, report.Seconds);
        json.WriteEndObject();
    }

    private static void WritePlan(Utf8JsonWriter json, BenchPlan plan)
    {
        json.WriteStartObject("plan");
        json.WriteString("mode", plan.Mode.ToString().ToLowerInvariant());
        json.WriteNumber("idle", plan.Idle);
        json.WriteNumber("publishers", plan.Publishers);
        json.WriteNumber("subscribers", plan.Subscribers);
        if (plan.IsOpenLoop) json.WriteNumber("rate", plan.Rate);
        else json.WriteString("rate", "max");
        json.WriteNumber("rampSeconds", plan.Ramp.TotalSeconds);
        json.WriteNumber("durationSeconds", plan.Duration.TotalSeconds);
        json.WriteNumber("warmupSeconds", plan.Warmup.TotalSeconds);
        if (plan.Count is { } count) json.WriteNumber("count", count);
        json.WriteNumber("size", plan.Size);
        json.WriteNumber("qos", (int)plan.Qos);
        json.WriteBoolean("retain", plan.Retain);
        json.WriteNumber("window", plan.Window);
        json.WriteString("topic", plan.Topic);
        if (plan.ConnectRate is { } rate) json.WriteNumber("connectRate", rate);
        else json.WriteNumber("connecting", plan.Connecting);
        json.WriteNumber("processes", plan.Processes);
        json.WriteEndObject();
    }

    private static BenchPlan ReadPlan(JsonElement json) => new()
    {
        Mode = Enum.Parse<BenchMode>(json.GetProperty("mode").GetString()!, ignoreCase: true),
        Idle = json.GetProperty("idle").GetInt32(),
        Publishers = json.GetProperty("publishers").GetInt32(),
        Subscribers = json.GetProperty("subscribers").GetInt32(),
        Rate = json.GetProperty("rate") is { ValueKind: JsonValueKind.Number } rate ? rate.GetDouble() : double.PositiveInfinity,
        Ramp = TimeSpan.FromSeconds(json.GetProperty("rampSeconds").GetDouble()),
        Duration = TimeSpan.FromSeconds(json.GetProperty("durationSeconds").GetDouble()),
        Warmup = TimeSpan.FromSeconds(json.GetProperty("warmupSeconds").GetDouble()),
        Count = json.TryGetProperty("count", out JsonElement count) ? count.GetInt64() : null,
        Size = json.GetProperty("size").GetInt32(),
        Qos = (QualityOfService)json.GetProperty("qos").GetInt32(),
        Retain = json.GetProperty("retain").GetBoolean(),
        Window = json.GetProperty("window").GetInt32(),
        Topic = json.GetProperty("topic").GetString()!,
        ConnectRate = json.TryGetProperty("connectRate", out JsonElement connectRate) ? connectRate.GetDouble() : null,
        Connecting = json.TryGetProperty("connecting", out JsonElement connecting) ? connecting.GetInt32() : 0,
        Processes = json.GetProperty("processes").GetInt32(),
    };

    private static void WriteSeconds(Utf8JsonWriter json, IReadOnlyList<BenchSecond> seconds)
    {
        json.WriteStartArray("seconds");
        foreach (BenchSecond second in seconds)
        {
            json.WriteStartObject();
            json.WriteNumber("number", second.Number);
            json.WriteNumber("seconds", Math.Round(second.Seconds, 3));
            json.WriteNumber("sent", second.Sent);
            json.WriteNumber("received", second.Received);
            json.WriteNumber("cpuSeconds", Math.Round(second.CpuSeconds, 3));
            foreach (double percent in (double[])[50, 99, 99.9])
            {
                json.WriteNumber(string.Create(CultureInfo.InvariantCulture, $"p{percent}"), second.Latency.Percentile(percent));
            }

            json.WriteNumber("max", second.Latency.Max);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
