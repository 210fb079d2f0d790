// SPDX-License-Identifier: MIT

namespace RawMqtt.Tests.RuleIndex;

/// <summary>Why a rule has no test of its own: <c>Spec/reasons.tsv</c>. A reason that begins with <c>open</c> is a debt, and is counted.</summary>
public static class RuleReasons
{
    private static string FilePath => Repository.PathOf("tests/RawMqtt.Tests/Spec/reasons.tsv");

    public static Dictionary<string, string> ReadAll() =>
        File.ReadAllLines(FilePath).Skip(1)
            .Where(line => line.Length > 0)
            .Select(line => line.Split('\t'))
            .ToDictionary(row => row[0], row => row[1]);

    public static bool IsOpen(string reason) => reason.StartsWith("open", StringComparison.Ordinal);

    /// <summary>Takes out the debts that a test has paid meanwhile.</summary>
    public static void RemovePaid(Func<string, bool> hasTest)
    {
        IEnumerable<string> kept = File.ReadAllLines(FilePath)
            .Where(line => line.Split('\t') is not [string id, string reason] || !IsOpen(reason) || !hasTest(id));
        File.WriteAllText(FilePath, string.Join('\n', kept) + "\n");
    }
}
