// SPDX-License-Identifier: MIT

using System.Text.RegularExpressions;
using RawMqtt.Tests.RuleIndex;

namespace RawMqtt.Tests.House;

/// <summary>The C# that the README and the pages of docs show is compiled: <c>ReadmeExamples.cs</c> and others have it, between markers.</summary>
public class ReadmeTests
{
    public static TheoryData<string> Pages => [.. Directory.EnumerateFiles(Repository.PathOf("docs"), "*.md").Select(file => $"docs/{Path.GetFileName(file)}")];

    [Fact]
    public void Code_of_the_readme_is_compiled()
    {
        string[] shown = ShownIn("README.md");

        Assert.NotEmpty(shown);
        Assert.All(shown, block => Assert.Contains(block, Compiled()));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Code_of_a_page_for_users_is_compiled(string page) => Assert.All(ShownIn(page), block => Assert.Contains(block, Compiled()));

    /// <summary>Commands, options and arguments exist; what they name (files, hosts) need not.</summary>
    [Theory]
    [MemberData(nameof(Pages))]
    public void Commands_of_a_page_for_users_are_read_by_the_tool(string page)
    {
        IEnumerable<string> blocks = Regex.Matches(File.ReadAllText(Repository.PathOf(page)), @"^```sh\n(.*?)\n```",
            RegexOptions.Singleline | RegexOptions.Multiline).Select(block => block.Groups[1].Value);
        string[] commands = [.. blocks.SelectMany(block => block.Split('\n')).Where(line => line.StartsWith("rawmqtt ", StringComparison.Ordinal))];

        Assert.All(commands, command =>
            Assert.Empty(RawMqtt.Cli.Tool.Create().Parse(ArgumentsOf(command)).Errors.Select(error => $"{command}: {error.Message}")));
        if (page == "docs/tls.md") Assert.True(commands.Length > 10);
    }

    [Theory]
    [InlineData("README.md")]
    [InlineData("benchmarks/README.md")]
    [MemberData(nameof(Pages))]
    [InlineData("CHANGELOG.md")]
    [InlineData("docs/samples/README.md")]
    [InlineData("spec-notes/plain/README.md")]
    [InlineData("spec-notes/README.md")]
    [InlineData("spec-notes/architecture.md")]
    [InlineData("spec-notes/qos.md")]
    [InlineData("spec-notes/decisions/README.md")]
    [InlineData("spec-notes/tour.md")]
    public void Files_that_a_page_links_or_names_exist(string page)
    {
        string text = File.ReadAllText(Repository.PathOf(page));
        string folder = Path.GetDirectoryName(Repository.PathOf(page))!;
        IEnumerable<string> links = Regex.Matches(text, @"\]\(([^)#\s]+)(#[^)]*)?\)").Select(link => link.Groups[1].Value)
            .Where(link => !link.Contains("://", StringComparison.Ordinal))
            .Select(link => Path.Combine(folder, link));
        IEnumerable<string> names = Regex.Matches(text, @"`((?:src|tests|benchmarks|spec-notes|docs)/[\w./-]+\w)`")
            .Select(name => Repository.PathOf(name.Groups[1].Value));

        Assert.All(links.Concat(names), path => Assert.True(Path.Exists(path), path));
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

    private static string[] ArgumentsOf(string command) =>
        [.. Regex.Split(command, @"\s[12]?[#|>&]")[0].Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(word => word.Trim('\'', '"'))];

    private static string[] ShownIn(string page) =>
        [.. Regex.Matches(File.ReadAllText(Repository.PathOf(page)), @"^```csharp\n(.*?)\n```", RegexOptions.Singleline | RegexOptions.Multiline)
            .Select(block => block.Groups[1].Value)];

    private static string[] Compiled()
    {
        string[] files = Directory.GetFiles(Repository.PathOf("tests/RawMqtt.Tests/House"), "*Examples.cs");
        string examples = string.Concat(files.Select(File.ReadAllText));
        return [.. Regex.Matches(examples, @"// README >\n(.*?)\n *// README <", RegexOptions.Singleline).Select(region => Unindented(region.Groups[1].Value))];
    }

    private static string Unindented(string region)
    {
        string[] lines = region.Split('\n');
        int indent = lines.Where(line => line.Length > 0).Min(line => line.Length - line.TrimStart().Length);
        return string.Join('\n', lines.Select(line => line.Length > indent ? line[indent..] : ""));
    }
}
