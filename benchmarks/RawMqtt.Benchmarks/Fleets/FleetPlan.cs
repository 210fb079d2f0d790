// SPDX-License-Identifier: MIT

namespace RawMqtt.Benchmarks.Fleets;

/// <summary>A load of many clients, each of which publishes to its neighbour, one packet a send.</summary>
/// <param name="Name">fleet or fan-in.</param>
/// <param name="Scheme">tcp or ws.</param>
/// <param name="Qos">0 or 1.</param>
/// <param name="Clients">Those that publish.</param>
/// <param name="Idle">Connections beside them that say nothing.</param>
/// <param name="Rate">Messages a second of all together.</param>
/// <param name="Seconds">How long it runs, after four seconds of warm-up.</param>
internal sealed record FleetPlan(string Name, string Scheme, int Qos, int Clients, int Idle, int Rate, int Seconds);
