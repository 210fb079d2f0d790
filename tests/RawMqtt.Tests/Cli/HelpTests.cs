// SPDX-License-Identifier: MIT

using System.CommandLine;
using System.Text.RegularExpressions;
using RawMqtt.Cli;

namespace RawMqtt.Tests.Cli;

public partial class HelpTests
{
    public static TheoryData<string> CommandNames => [.. Tool.Create().Subcommands.Select(command => command.Name)];

    [Theory]
    [MemberData(nameof(CommandNames))]
    public void Help_shows_each_option_once_within_its_width(string name)
    {
        Command command = Find(name);
        string help = HelpText.Of(command);

        Assert.All(command.Options.Where(option => !option.Hidden), option => Assert.Single(help.Split('\n'), line => IsOf(option, line)));
        Assert.DoesNotContain(help.Split('\n'), line => line.Length > 130 && !line.Contains("rawmqtt ", StringComparison.Ordinal));
        Assert.StartsWith($"rawmqtt {name}: ", help, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_command_has_an_example_that_the_tool_takes()
    {
        foreach (Command command in AllBelow(Tool.Create()).Where(command => command.Parents.Any()))
        {
            Assert.NotEmpty(HelpExamples.Of(command));
            foreach ((string _, string line) in HelpExamples.Of(command)) RequireTaken(command, line);
        }
    }

    [Fact]
    public void Help_of_a_small_command_is_as_it_was_read() => Assert.StartsWith(
        """
        rawmqtt completion: Write the script by which a shell completes commands and options.

        Usage:
          rawmqtt completion SHELL

        Arguments:
          SHELL                           bash, zsh, fish or pwsh.

        Examples:
          # complete commands and options with the tabulator in bash
          rawmqtt completion bash > ~/.local/share/bash-completion/completions/rawmqtt

        Exit codes:
          0  done; the reader of the output has gone (SIGPIPE)
        """.ReplaceLineEndings(), HelpText.Of(Find("completion")), StringComparison.Ordinal);

    [Fact]
    public void Groups_follow_each_other_as_a_reader_needs_them()
    {
        string[] titles = [.. OptionGroups.Of(Find("sub")).Select(group => group.Title)];

        Assert.Equal(["Options", "Where the broker is", "Login and session", "TLS", "Will", "What is written"], titles);
        Assert.Equal(Find("sub").Options.Count(option => !option.Hidden), OptionGroups.Of(Find("sub")).Sum(group => group.Options.Length));
    }

    [Fact]
    public void No_heading_stands_twice()
    {
        foreach (Command command in AllBelow(Tool.Create()))
        {
            string[] headings = [.. HelpText.Of(command).Split('\n').Where(line => line is [not ' ', .., ':'])];
            Assert.Equal(headings.Distinct(), headings);
        }
    }

    [Theory]
    [InlineData("pub", "--tpoic", ". Did you mean --topic?")]
    [InlineData("sub", "--no-cleam", ". Did you mean --no-clean?")]
    [InlineData("sub", "--something", "")]
    [InlineData("sub", "-y", "")]
    public void Nearest_name_is_proposed(string command, string given, string advice) => Assert.Equal(advice, Likeness.Advice(Find(command), given));

    [Theory]
    [InlineData("bash", "    'bench conn') words='' options='--clients -c ")]
    [InlineData("zsh", "    ('bench conn')\n      _arguments -s \\\n        '*--clients[")]
    [InlineData("fish", "complete -c rawmqtt -n '__rawmqtt_at bench conn' -l clients -s 'c' -x -d ")]
    [InlineData("pwsh", "    'bench conn' = @('--clients', '-c', ")]
    [InlineData("bash", "'pub:--qos'|'pub:-q'|'pub:--will-qos') COMPREPLY=($(compgen -W '0 1 2' -- \"$word\")); return ;;")]
    [InlineData("fish", "complete -c rawmqtt -n '__rawmqtt_at' -a sub -d ")]
    public void Each_shell_has_its_script(string shell, string line) =>
        Assert.Contains(line, CompletionCommand.ScriptOf(Tool.Create(), shell), StringComparison.Ordinal);

    [Fact]
    public void Man_page_has_each_option_of_each_command()
    {
        string page = ManPage.Of(Tool.Create());

        Assert.All(AllBelow(Tool.Create()).SkipLast(1).SelectMany(command => command.Options).Where(option => !option.Hidden), option =>
            Assert.Contains(HelpText.SignatureOf(option).Replace("-", "\\-", StringComparison.Ordinal), page, StringComparison.Ordinal));
    }

    private static IEnumerable<Command> AllBelow(Command command) => command.Subcommands.SelectMany(AllBelow).Append(command);

    private static Command Find(string name) => Tool.Create().Subcommands.Single(command => command.Name == name);

    private static bool IsOf(Option option, string line) =>
        line == $"  {HelpText.SignatureOf(option)}" || line.StartsWith($"  {HelpText.SignatureOf(option)}  ", StringComparison.Ordinal);

    /// <summary>Words in single quotes are one word, without the quotes.</summary>
    private static void RequireTaken(Command command, string line)
    {
        string own = line[line.IndexOf("rawmqtt ", StringComparison.Ordinal)..].Split('>')[0];
        string[] words = [.. Word().Matches(own).Skip(1).Select(match => match.Value.Trim('\''))];
        ParseResult parsed = Tool.Create().Parse(words, Tool.Parsing);
        Assert.Empty(parsed.Errors.Select(error => $"{line}: {error.Message}"));
        Assert.StartsWith(HelpText.NameOf(command), HelpText.NameOf(parsed.CommandResult.Command), StringComparison.Ordinal);
    }

    [GeneratedRegex("'[^']*'|[^ ]+")]
    private static partial Regex Word();
}
