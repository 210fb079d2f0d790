// SPDX-License-Identifier: MIT

using System.Text.RegularExpressions;
using RawMqtt.Tests.RuleIndex;

namespace RawMqtt.Tests.House;

/// <summary>The page of faults found in the field: each row stands once, and each test that it names exists.</summary>
public class FieldFaultTests
{
    private static readonly string Page = File.ReadAllText(Repository.PathOf("spec-notes/field-faults.md"));

    [Fact]
    public void Each_row_stands_once()
    {
        IEnumerable<string> expected = new[] { ('A', 20), ('B', 25), ('C', 14), ('D', 12) }
            .SelectMany(part => Enumerable.Range(1, part.Item2).Select(number => $"{part.Item1}{number}"));

        Assert.Equal(expected.Order(), Regex.Matches(Page, @"^(?:\| |- )([A-D]\d+)\b", RegexOptions.Multiline).Select(row => row.Groups[1].Value).Order());
    }

    [Fact]
    public void Each_named_test_exists()
    {
        string[] named = [.. Regex.Matches(Page, @"`(\w+Tests\.\w+_\w+)`").Select(test => test.Groups[1].Value)];
        HashSet<string> existing =
        [
            .. Repository.SourceFiles("tests").Where(file => file.EndsWith("Tests.cs", StringComparison.Ordinal)).SelectMany(file =>
                Regex.Matches(File.ReadAllText(Repository.PathOf(file)), @"^    public (?:async )?(?:Task|void) (\w+)\(", RegexOptions.Multiline)
                    .Select(test => $"{Path.GetFileNameWithoutExtension(file)}.{test.Groups[1].Value}")),
        ];

        Assert.NotEmpty(named);
        Assert.Empty(named.Except(existing));
    }

    [Fact]
    public void Clusters_page_says_what_a_failed_node_loses()
    {
        string page = File.ReadAllText(Repository.PathOf("docs/clusters.md"));

        Assert.Contains("hash $remote_addr", page, StringComparison.Ordinal);
        Assert.Contains("share no sessions", page, StringComparison.Ordinal);
        Assert.Contains("docs/clusters.md", File.ReadAllText(Repository.PathOf("README.md")), StringComparison.Ordinal);
    }
}
