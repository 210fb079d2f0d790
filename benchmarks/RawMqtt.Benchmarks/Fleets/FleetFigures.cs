// SPDX-License-Identifier: MIT

namespace RawMqtt.Benchmarks.Fleets;

/// <summary>One round of one broker. Latencies in microseconds, from the time at which a message was due.</summary>
internal sealed record FleetFigures(
    string Broker, FleetPlan Plan, long Messages, double CpuMicroseconds, double LoaderCpuMicroseconds, long P50, long P99, long P999, long Max, long Lost);
