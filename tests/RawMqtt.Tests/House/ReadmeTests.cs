using System.Text.RegularExpressions;
using RawMqtt.Tests.RuleIndex;

namespace RawMqtt.Tests.House;

/// <summary>What the README shows as C# is a part of a file that is compiled: <c>ReadmeExamples.cs</c>, between its markers.</summary>
public class ReadmeTests
{
    [Fact]
    public void Code_of_the_readme_is_compiled()
    {
        string readme = File.ReadAllText(Repository.PathOf("README.md"));
        string[] compiled = Regex.Matches(File.ReadAllText(Repository.PathOf("tests/RawMqtt.Tests/House/ReadmeExamples.cs")), @"// README >\n(.*?)\n *// README <", RegexOptions.Singleline)
            .Select(region => Unindented(region.Groups[1].Value))
            .ToArray();
        string[] shown = Regex.Matches(readme, @"^```csharp\n(.*?)\n```", RegexOptions.Singleline | RegexOptions.Multiline)
            .Select(block => block.Groups[1].Value)
            .ToArray();

        Assert.NotEmpty(shown);
        Assert.All(shown, block => Assert.Contains(block, compiled));
    }

    [Fact]
    public void Files_that_the_readme_links_exist()
    {
        string readme = File.ReadAllText(Repository.PathOf("README.md"));
        string[] links = Regex.Matches(readme, @"\]\(([^)#]+)(#[^)]*)?\)").Select(link => link.Groups[1].Value).Where(link => !link.Contains("://", StringComparison.Ordinal)).ToArray();

        Assert.NotEmpty(links);
        Assert.All(links, link => Assert.True(Path.Exists(Repository.PathOf(link)), link));
    }

    [Theory]
    [InlineData("spec-notes/mqtt-3.1.1.md")]
    [InlineData("spec-notes/rfc6455.md")]
    public void Counts_of_the_rule_indexes_are_shown(string index)
    {
        string counts = Regex.Match(File.ReadAllText(Repository.PathOf(index)), @"\d+ rules: .* \d+ open").Value;

        Assert.NotEmpty(counts);
        Assert.Contains($"]({index}) ({counts})", File.ReadAllText(Repository.PathOf("README.md")), StringComparison.Ordinal);
    }

    private static string Unindented(string region)
    {
        string[] lines = region.Split('\n');
        int indent = lines.Where(line => line.Length > 0).Min(line => line.Length - line.TrimStart().Length);
        return string.Join('\n', lines.Select(line => line.Length > indent ? line[indent..] : ""));
    }
}
