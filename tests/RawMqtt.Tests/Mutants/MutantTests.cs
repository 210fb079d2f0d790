// SPDX-License-Identifier: MIT

using System.Diagnostics;
using RawMqtt.Tests.RuleIndex;

namespace RawMqtt.Tests.Mutants;

/// <summary>A citation is proved by a mutant: the check switched off, a test that cites its rule fails. Those that survive have a reason in
/// <c>Spec/survivors.tsv</c>.</summary>
[Collection(nameof(RunsProcesses))]
public class MutantTests(ITestOutputHelper output)
{
    private const int Programs = 2; // beside each other, each of which starts longer than it runs

    private static readonly TimeSpan TimeOfSample = TimeSpan.FromSeconds(30);

    /// <summary>As many as can be begun in half a minute; <c>RAWMQTT_SEED</c> draws the same ones again.</summary>
    [Fact]
    public void A_sample_of_the_cited_checks_is_missed_when_it_is_switched_off()
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("RAWMQTT_SEED"), out int given) ? given : Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        Mutant[] mutants = [.. Mutant.FindAll()];
        new Random(seed).Shuffle(mutants);

        Try(mutants, TimeOfSample);
    }

    /// <summary>What <c>tests/mutants.sh</c> runs; it writes <c>spec-notes/mutants.md</c>. <c>RAWMQTT_MUTANTS</c> takes only those whose place contains
    /// it.</summary>
    [Fact(Explicit = true)]
    public void Every_cited_check_is_missed_when_it_is_switched_off()
    {
        string part = Environment.GetEnvironmentVariable("RAWMQTT_MUTANTS") ?? "";
        Mutant[] mutants = Mutant.FindAll().Where(mutant => mutant.Name.Contains(part, StringComparison.Ordinal)).ToArray();

        Try(mutants, TimeSpan.MaxValue);
    }

    private void Try(Mutant[] mutants, TimeSpan time)
    {
        Dictionary<string, string> reasons = Survivors.ReadAll();
        var survived = new IReadOnlyList<string>?[mutants.Length];
        int begun = 0;
        var clock = Stopwatch.StartNew();
        Parallel.For(0, Programs, _ =>
        {
            using var program = new MutantProgram();
            while (clock.Elapsed < time && Interlocked.Increment(ref begun) - 1 is int index && index < mutants.Length)
            {
                IReadOnlyList<string> survivors = survived[index] = program.FindSurvivors(mutants[index]);
                string outcome = survivors.Count == 0 ? "missed" : "SURVIVED " + string.Join(", ", survivors);
                output.WriteLine($"{clock.Elapsed.TotalSeconds,6:F1} s  {mutants[index].Name}: {outcome}");
            }
        });

        (Mutant Mutant, IReadOnlyList<string> Survived)[] results =
            [.. mutants.Zip(survived).Where(pair => pair.Second is not null).Select(pair => (pair.First, pair.Second!))];
        string[] survivors = results.SelectMany(result => result.Survived, (result, rule) => Survivors.KeyOf(result.Mutant, rule)).ToArray();
        string[] open = survivors.Where(key => !reasons.ContainsKey(key)).ToArray();
        output.WriteLine($"{results.Length} mutants, {open.Length} survivors without a reason");
        bool writes = time == TimeSpan.MaxValue && Environment.GetEnvironmentVariable("RAWMQTT_WRITE_SPEC_NOTES") is not null;
        if (writes) File.WriteAllText(Repository.PathOf(MutantPage.File), MutantPage.Render(results, reasons));
        Assert.NotEmpty(results);
        Assert.True(open.Length == 0, string.Join('\n', open));
    }
}
