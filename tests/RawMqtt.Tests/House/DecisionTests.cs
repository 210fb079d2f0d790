// SPDX-License-Identifier: MIT

using System.Text.RegularExpressions;
using RawMqtt.Tests.RuleIndex;

namespace RawMqtt.Tests.House;

/// <summary>Each decision says what was decided, why, and what was turned down, and the index lists all of them.</summary>
public class DecisionTests
{
    private const string Folder = "spec-notes/decisions";

    private static readonly string[] AllPages = Directory.EnumerateFiles(Repository.PathOf(Folder), "*.md")
        .Select(file => Path.GetFileName(file))
        .Where(page => page != "README.md")
        .Order(StringComparer.Ordinal)
        .ToArray();

    public static TheoryData<string> Pages => [.. AllPages];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Each_decision_has_its_three_parts(string page)
    {
        foreach (string entry in EntriesOf(page))
        {
            int decided = entry.IndexOf("**Decided:**", StringComparison.Ordinal);
            int why = entry.IndexOf("**Why:**", StringComparison.Ordinal);
            int turnedDown = Regex.Match(entry, @"\*\*Turned\s+down:\*\*") is { Success: true } found ? found.Index : -1;

            bool isWhole = decided >= 0 && why > decided && turnedDown > why;
            Assert.True(isWhole, $"{page}: '{TitleOf(entry)}' needs **Decided:**, **Why:** and **Turned down:**, in this order.");
        }
    }

    /// <summary>With RAWMQTT_WRITE_SPEC_NOTES set, this writes the index that it otherwise compares.</summary>
    [Fact]
    public void Index_lists_each_decision()
    {
        string path = Repository.PathOf($"{Folder}/README.md");
        string head = Regex.Match(File.ReadAllText(path), @"^.*?(?=^## )", RegexOptions.Singleline | RegexOptions.Multiline).Value;
        string written = head + string.Join('\n', AllPages.Select(page =>
            $"## [{NameOf(page)}]({page})\n\n{string.Concat(EntriesOf(page).Select(entry => $"- {TitleOf(entry)}\n"))}"));
        if (Environment.GetEnvironmentVariable("RAWMQTT_WRITE_SPEC_NOTES") is not null) File.WriteAllText(path, written);

        Assert.Equal(written, File.ReadAllText(path));
    }

    private static IEnumerable<string> EntriesOf(string page) => File.ReadAllText(Repository.PathOf($"{Folder}/{page}")).Split("\n## ").Skip(1);

    private static string TitleOf(string entry) => entry.Split('\n')[0];

    /// <summary>The first line of a page is <c># Decisions: Codec</c>.</summary>
    private static string NameOf(string page) => File.ReadLines(Repository.PathOf($"{Folder}/{page}")).First()["# Decisions: ".Length..];
}
