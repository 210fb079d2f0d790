// SPDX-License-Identifier: MIT

using System.Text;

namespace RawMqtt.Tests.Mutants;

/// <summary><c>spec-notes/mutants.md</c>: each cited check, and what happened when it was switched off.</summary>
public static class MutantPage
{
    public const string File = "spec-notes/mutants.md";

    public static string Render(IReadOnlyList<(Mutant Mutant, IReadOnlyList<string> Survived)> results, Dictionary<string, string> reasons)
    {
        int survivors = results.Count(result => result.Survived.Count > 0);
        var page = new StringBuilder();
        page.Append("# Mutants: each cited check, switched off\n\n");
        page.Append("Made by `tests/mutants.sh`. Do not edit. For each check, the run patches the branch in a copy of the compiled library and\n");
        page.Append("runs the tests that cite the rule. A check is missed when one of these tests fails. CI tries a sample and prints its seed.\n\n");
        page.Append($"{results.Count} mutants: {results.Count - survivors} missed, {survivors} survived with a reason.\n\n");
        page.Append("| where | violation | rules | without it |\n|---|---|---|---|\n");
        foreach ((Mutant mutant, IReadOnlyList<string> survived) in results)
        {
            string[] told = survived.Select(rule => $"{rule} survives: {reasons.GetValueOrDefault(Survivors.KeyOf(mutant, rule), "open")}").ToArray();
            string outcome = told.Length == 0 ? "a test fails" : string.Join("<br>", told);
            page.Append($"| [{mutant.Place.Member}](../{mutant.Place.File}) | {mutant.Violation} | {string.Join(", ", mutant.Rules)} | {outcome} |\n");
        }

        return page.ToString();
    }
}
