// SPDX-License-Identifier: MIT

namespace RawMqtt.Benchmarks.Fleets;

/// <summary>What a run writes as JSON: the machine, the versions, the command line, and each round.</summary>
internal sealed record FleetReport(
    string Date, string Cpu, int Cores, string Kernel, string Runtime, string Commit, string Mosquitto, string CommandLine, List<FleetFigures> Rounds);
