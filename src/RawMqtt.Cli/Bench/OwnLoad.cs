// SPDX-License-Identifier: MIT

using System.Text.Json;

namespace RawMqtt.Cli.Bench;

/// <summary>How busy the load generator itself was: one process, or all of a run together.</summary>
/// <param name="CpuSeconds">Processor time, user and system.</param>
/// <param name="Collections">Garbage collections.</param>
/// <param name="PauseSeconds">The time for which collections stopped all threads.</param>
/// <param name="AllocatedBytes">Bytes allocated.</param>
/// <param name="Memory">Resident memory in bytes.</param>
internal readonly record struct OwnLoad(double CpuSeconds, long Collections, double PauseSeconds, long AllocatedBytes, long Memory)
{
    public static OwnLoad OfThisProcess() => new(
        Environment.CpuUsage.TotalTime.TotalSeconds,
        GC.CollectionCount(0),
        GC.GetTotalPauseDuration().TotalSeconds,
        GC.GetTotalAllocatedBytes(),
        Environment.WorkingSet);

    public static OwnLoad operator +(OwnLoad one, OwnLoad other) => new(
        one.CpuSeconds + other.CpuSeconds,
        one.Collections + other.Collections,
        one.PauseSeconds + other.PauseSeconds,
        one.AllocatedBytes + other.AllocatedBytes,
        one.Memory + other.Memory);

    /// <summary>Returns what came since an earlier look; memory stays as it is now.</summary>
    public static OwnLoad operator -(OwnLoad now, OwnLoad then) => new(
        now.CpuSeconds - then.CpuSeconds,
        now.Collections - then.Collections,
        now.PauseSeconds - then.PauseSeconds,
        now.AllocatedBytes - then.AllocatedBytes,
        now.Memory);

    public static OwnLoad Read(JsonElement json) => new(
        json.GetProperty("cpuSeconds").GetDouble(),
        json.GetProperty("collections").GetInt64(),
        json.GetProperty("pauseSeconds").GetDouble(),
        json.GetProperty("allocatedBytes").GetInt64(),
        json.GetProperty("memory").GetInt64());

    public void Write(Utf8JsonWriter json)
    {
        json.WriteNumber("cpuSeconds", Math.Round(CpuSeconds, 3));
        json.WriteNumber("collections", Collections);
        json.WriteNumber("pauseSeconds", Math.Round(PauseSeconds, 6));
        json.WriteNumber("allocatedBytes", AllocatedBytes);
        json.WriteNumber("memory", Memory);
    }
}
