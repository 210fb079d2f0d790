// SPDX-License-Identifier: MIT

using System.Text.RegularExpressions;
using RawMqtt.Tests.Compiled;

namespace RawMqtt.Tests.RuleIndex;

/// <summary>Every rule leads to its code and its test, and back: <c>spec-notes/mqtt-3.1.1.md</c> and <c>rfc6455.md</c> say so, and these tests keep them
/// true.</summary>
public class RuleIndexTests(ITestOutputHelper output)
{
    private static readonly ILookup<string, CodePlace> Places = CodePlaces.FindAll();
    private static readonly ILookup<string, string> Proofs = RuleProofs.FindAll();
    private static readonly HashSet<string> Known = RulePage.All.SelectMany(page => page.Rules).Select(rule => rule.Id).ToHashSet();

    [Fact]
    public void Lists_are_whole()
    {
        Assert.Equal(141, RulePage.All[0].Rules.Count);
        Assert.Equal(205, RulePage.All[1].Rules.Count);
        Assert.Equal(141 + 205, Known.Count);
    }

    [Fact]
    public void Rules_that_sources_tests_and_reasons_name_exist()
    {
        Assert.DoesNotContain(Places.Select(place => place.Key), id => !Known.Contains(id));
        Assert.DoesNotContain(Proofs.Select(proof => proof.Key), id => !Known.Contains(id));
        Assert.DoesNotContain(RuleReasons.ReadAll().Keys, id => !Known.Contains(id));
    }

    /// <summary>A citation counts where users' programs come by: not beside a member that is gone, nor in a type that only tests and tools use.</summary>
    [Fact]
    public void Each_code_place_is_a_member_that_the_public_surface_reaches()
    {
        var reach = new Reach();
        IEnumerable<CodePlace> places = Places.SelectMany(place => place).Distinct();

        string[] lost = places.Where(place => place.Member is not { Exists: true })
            .Select(place => $"{place.File}:{place.Line} belongs to no member")
            .ToArray();
        string[] apart = places.Where(place => place.Member is { Exists: true } member && !reach.Contains(member))
            .Select(place => $"{place.File}:{place.Line} {place.Member} is not reached")
            .ToArray();

        Assert.True(lost.Length + apart.Length == 0, string.Join('\n', lost.Concat(apart)));
    }

    [Fact]
    public void Each_rule_has_a_test_or_a_reason()
    {
        Dictionary<string, string> reasons = RuleReasons.ReadAll();
        string[] open = Known.Where(id => !Proofs.Contains(id) && RuleReasons.IsOpen(reasons.GetValueOrDefault(id, ""))).ToArray();
        output.WriteLine($"{open.Length} open rules: {string.Join(", ", open)}");

        Assert.DoesNotContain(Known, id => !Proofs.Contains(id) && string.IsNullOrWhiteSpace(reasons.GetValueOrDefault(id)));
    }

    /// <summary>With RAWMQTT_WRITE_SPEC_NOTES set, as <c>spec-notes/generate.sh</c> does, this writes the pages that it otherwise compares.</summary>
    [Fact]
    public void Pages_are_those_of_the_sources()
    {
        bool write = Environment.GetEnvironmentVariable("RAWMQTT_WRITE_SPEC_NOTES") is not null;
        if (write) RuleReasons.RemovePaid(Proofs.Contains);

        Dictionary<string, string> reasons = RuleReasons.ReadAll();
        Assert.Empty(reasons.Where(reason => RuleReasons.IsOpen(reason.Value) && Proofs.Contains(reason.Key))
            .Select(reason => $"{reason.Key} has a test and is no longer open: run spec-notes/generate.sh"));
        foreach (RulePage page in RulePage.All)
        {
            string path = Repository.PathOf(page.File);
            string expected = page.Render(Places, Proofs, reasons);
            if (write) File.WriteAllText(path, expected);
            Assert.True(File.Exists(path) && File.ReadAllText(path) == expected, $"{page.File} is stale: run spec-notes/generate.sh");
            foreach (Match link in Regex.Matches(expected, @"\]\(\.\./([^)]+)\)")) Assert.True(File.Exists(Repository.PathOf(link.Groups[1].Value)));
        }
    }
}
