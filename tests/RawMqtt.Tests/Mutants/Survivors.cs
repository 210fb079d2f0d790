// SPDX-License-Identifier: MIT

using RawMqtt.Tests.RuleIndex;

namespace RawMqtt.Tests.Mutants;

/// <summary>Checks that no test misses, each with the reason: <c>Spec/survivors.tsv</c>, a member, a violation and a rule, then the reason.</summary>
public static class Survivors
{
    public static Dictionary<string, string> ReadAll() =>
        File.ReadAllLines(Repository.PathOf("tests/RawMqtt.Tests/Spec/survivors.tsv")).Skip(1)
            .Select(line => line.Split('\t'))
            .ToDictionary(row => row[0], row => row[1]);

    /// <summary><c>ConnectPacket.TryRead MissingWill MQTT-3.1.2-9</c>.</summary>
    public static string KeyOf(Mutant mutant, string rule) => $"{mutant.Place.Member} {mutant.Violation} {rule}";
}
