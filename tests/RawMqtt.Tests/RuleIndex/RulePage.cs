// SPDX-License-Identifier: MIT

using System.Text;

namespace RawMqtt.Tests.RuleIndex;

/// <summary>A page of <c>spec-notes</c>: each rule of one specification with its code and its tests.</summary>
public sealed record RulePage(string File, string Title, IReadOnlyList<SpecRule> Rules)
{
    public static IReadOnlyList<RulePage> All { get; } =
    [
        new("spec-notes/mqtt-3.1.1.md", "MQTT 3.1.1", SpecRule.ReadAll("mqtt-3.1.1.tsv")),
        new("spec-notes/rfc6455.md", "RFC 6455, the WebSocket protocol", SpecRule.ReadAll("rfc6455.tsv")),
    ];

    public string Render(ILookup<string, CodePlace> places, ILookup<string, string> proofs, Dictionary<string, string> reasons)
    {
        int tested = Rules.Count(rule => proofs.Contains(rule.Id));
        int open = Rules.Count(rule => !proofs.Contains(rule.Id) && RuleReasons.IsOpen(reasons.GetValueOrDefault(rule.Id, "")));

        var page = new StringBuilder();
        page.Append($"# {Title}: each rule, its code and its tests\n\n");
        page.Append("Made by `spec-notes/generate.sh` from the sources, the tests and `tests/RawMqtt.Tests/Spec`; a test compares. Do not edit.\n");
        page.Append($"{Rules.Count} rules: {tested} tested, {Rules.Count - tested - open} with a reason instead, {open} open.\n\n");
        page.Append("| rule | binds | what it says | code | tests, or why there is none |\n|---|---|---|---|---|\n");
        foreach (SpecRule rule in Rules)
        {
            string code = string.Join("<br>", places[rule.Id].Select(place => $"[{place.Member}](../{place.File})").Distinct());
            string proof = proofs.Contains(rule.Id) ? string.Join("<br>", proofs[rule.Id]) : $"*{reasons.GetValueOrDefault(rule.Id, "")}*";
            page.Append($"| {rule.Id} | {rule.Role} | {Escape(rule.Requirement)} | {code} | {Escape(proof)} |\n");
        }

        return page.ToString();
    }

    private static string Escape(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
