// SPDX-License-Identifier: MIT

using System.Globalization;

namespace RawMqtt.Attacks;

/// <summary>What an attack did to the honest client.</summary>
/// <param name="Attack">The attack.</param>
/// <param name="Waits">The client's waits for its own message, in milliseconds.</param>
/// <param name="Logins">Its waits for a CONNACK.</param>
/// <param name="Failures">Messages and logins that failed or came after 20 seconds.</param>
/// <param name="IsAlive">The broker still runs.</param>
/// <param name="Fault">What the broker no longer does, according to the attack's check; null for nothing.</param>
/// <param name="Memory">The broker's largest resident memory, in MiB.</param>
internal sealed record AttackResult(Attack Attack, double[] Waits, double[] Logins, int Failures, bool IsAlive, string? Fault, long Memory)
{
    public static string Heading => """
        | attack | row | messages | p50 ms | p99 ms | worst ms | worst login ms | failed | goal ms | MiB | broker |
        |---|---|---|---|---|---|---|---|---|---|---|
        """;

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"| {Attack.Name} | {Attack.Row} | {Waits.Length} | {At(Waits, 0.5):0.0} | {At(Waits, 0.99):0} | {At(Waits, 1):0} | {At(Logins, 1):0} | {Failures} "
        + $"| {Attack.Goal} | {Memory} | {(IsAlive ? Fault ?? "runs" : "ended")} |");

    private static double At(double[] sorted, double part) => sorted.Length == 0 ? double.NaN : sorted[(int)(part * (sorted.Length - 1))];
}
