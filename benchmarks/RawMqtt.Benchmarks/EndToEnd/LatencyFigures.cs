// SPDX-License-Identifier: MIT

namespace RawMqtt.Benchmarks.EndToEnd;

/// <summary>One turn of one contestant: microseconds from the time at which a message was due, and CPU of the client's process.</summary>
internal sealed record LatencyFigures(string Contestant, int Messages, long Lost, double P50, double P99, double Max, double CpuMicroseconds, double? Bytes);

/// <summary>What a run writes as JSON: the machine, the versions, the command line, and each turn.</summary>
internal sealed record LatencyReport(
    string Date, string Cpu, int Cores, string Kernel, string Runtime, string Commit, string CommandLine, List<LatencyFigures> Rounds);
