// SPDX-License-Identifier: MIT

using System.CommandLine;
using System.Text.RegularExpressions;
using RawMqtt.Cli;
using RawMqtt.Tests.RuleIndex;

namespace RawMqtt.Tests.Cli;

/// <summary>docs/tool.md has a row for each option of pub and sub, and no other rows.</summary>
public partial class ToolPageTests
{
    private const string CiphersBegin = "<!-- ciphers: written by Cli/ToolPageTests -->\n";
    private const string CiphersEnd = "\n<!-- end of ciphers -->";

    private static readonly string Page = File.ReadAllText(Repository.PathOf("docs/tool.md"));
    private static readonly string[] Helped = ["--help", "-?", "--version"];

    [Theory]
    [InlineData("pub", "Options of pub and sub", "Of pub alone")]
    [InlineData("sub", "Options of pub and sub", "Of sub alone")]
    public void Each_option_has_its_row_and_each_row_its_option(string command, params string[] sections)
    {
        string[] rows = [.. sections.SelectMany(section => NamesIn(SectionOf(section)))];
        string[] options = [.. OptionsOf(command).SelectMany(HelpText.NamesOf)];

        Assert.Empty(options.Except(rows));
        Assert.Empty(rows.Except(options));
    }

    [Fact]
    public void Refused_options_are_marked_so()
    {
        string[] marked = [.. SectionOf("Options of pub and sub").Where(row => row.Contains("| refused |", StringComparison.Ordinal)).SelectMany(NamesOfRow)];

        Assert.Equivalent(RefusedArguments.All.SelectMany(one => one.Aliases.Append(one.Name)), marked, strict: true);
    }

    /// <summary>With RAWMQTT_WRITE_SPEC_NOTES set, this writes the list that it otherwise compares.</summary>
    [Fact]
    public void Page_lists_the_cipher_suites()
    {
        int begin = Page.IndexOf(CiphersBegin, StringComparison.Ordinal) + CiphersBegin.Length;
        int end = Page.IndexOf(CiphersEnd, StringComparison.Ordinal);
        string written = string.Concat(Page.AsSpan(0, begin), string.Join('\n', CipherNames.All.Select(one => $"- `{one.OpenSsl}`")), Page.AsSpan(end));
        if (Environment.GetEnvironmentVariable("RAWMQTT_WRITE_SPEC_NOTES") is not null) File.WriteAllText(Repository.PathOf("docs/tool.md"), written);

        Assert.Equal(written, File.ReadAllText(Repository.PathOf("docs/tool.md")));
    }

    [Fact]
    public void Letters_of_formats_are_those_that_the_tool_knows()
    {
        IEnumerable<Match> found = SectionOf("Formats of sub -F").SelectMany(row => FormatName().Matches(row.Split('|')[1]));
        string[] letters = [.. found.Select(match => match.Groups[1].Value)];

        foreach (string letter in letters) _ = new MessageFormat(letter);
        IEnumerable<char> known = Enumerable.Range('!', '~' - '!').Select(code => (char)code).Where(IsKnown);
        Assert.Equivalent(known.Select(letter => $"%{letter}"), letters.Where(letter => letter.Length == 2 && letter[0] == '%'), strict: true);
    }

    private static bool IsKnown(char letter)
    {
        if (letter is '@' or '\\' or (>= '0' and <= '9')) return false; // these begin something else, or a width
        try
        {
            return new MessageFormat($"%{letter}") is not null;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private static IEnumerable<Option> OptionsOf(string command) =>
        Tool.Create().Subcommands.Single(one => one.Name == command).Options.Where(option => !Helped.Contains(option.Name));

    private static string[] SectionOf(string title)
    {
        string after = Page.Split($"# {title}\n")[1];
        return [.. after.Split("\n#")[0].Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal))];
    }

    private static IEnumerable<string> NamesIn(string[] rows) => rows.SelectMany(NamesOfRow);

    private static IEnumerable<string> NamesOfRow(string row) => OptionName().Matches(row.Split('|')[1]).Select(match => match.Groups[1].Value);

    [GeneratedRegex("`(-[^`]+)`")]
    private static partial Regex OptionName();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex FormatName();
}
