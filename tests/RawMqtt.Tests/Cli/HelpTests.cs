// SPDX-License-Identifier: MIT

using System.CommandLine;
using RawMqtt.Cli;

namespace RawMqtt.Tests.Cli;

public class HelpTests
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

    [Theory]
    [MemberData(nameof(CommandNames))]
    public void Examples_are_taken_by_the_tool(string name)
    {
        foreach ((string _, string line) in HelpExamples.Of(name))
        {
            string[] words = line[line.IndexOf("rawmqtt ", StringComparison.Ordinal)..].Split('>')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..];
            Assert.Empty(Tool.Create().Parse([.. words.Select(word => word.Trim('\''))]).Errors.Select(error => error.Message));
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
          0  done
        """.ReplaceLineEndings(), HelpText.Of(Find("completion")), StringComparison.Ordinal);

    [Fact]
    public void Groups_follow_each_other_as_a_reader_needs_them()
    {
        string[] titles = [.. OptionGroups.Of(Find("sub")).Select(group => group.Title)];

        Assert.Equal(["Options", "Where the broker is", "Login and session", "TLS", "Will", "What is written"], titles);
        Assert.Equal(Find("sub").Options.Count(option => !option.Hidden), OptionGroups.Of(Find("sub")).Sum(group => group.Options.Length));
    }

    [Theory]
    [InlineData("pub", "--tpoic", ". Did you mean --topic?")]
    [InlineData("sub", "--no-cleam", ". Did you mean --no-clean?")]
    [InlineData("sub", "--something", "")]
    [InlineData("sub", "-y", "")]
    public void Nearest_name_is_proposed(string command, string given, string advice) => Assert.Equal(advice, Likeness.Advice(Find(command), given));

    [Theory]
    [InlineData("bash", "sub) words=\"")]
    [InlineData("zsh", "    sub) _arguments \\")]
    [InlineData("fish", "complete -c rawmqtt -n '__fish_seen_subcommand_from pub' -l topic -s t -r -d ")]
    [InlineData("pwsh", "    'sub' = @('--topic'")]
    public void Each_shell_has_its_script(string shell, string line) =>
        Assert.Contains(line, CompletionCommand.ScriptOf(Tool.Create(), shell), StringComparison.Ordinal);

    [Fact]
    public void Man_page_has_each_option_of_each_command()
    {
        string page = ManPage.Of(Tool.Create());

        Assert.All(Tool.Create().Subcommands.SelectMany(command => command.Options).Where(option => !option.Hidden), option =>
            Assert.Contains(HelpText.SignatureOf(option).Replace("-", "\\-", StringComparison.Ordinal), page, StringComparison.Ordinal));
    }

    private static Command Find(string name) => Tool.Create().Subcommands.Single(command => command.Name == name);

    private static bool IsOf(Option option, string line) =>
        line == $"  {HelpText.SignatureOf(option)}" || line.StartsWith($"  {HelpText.SignatureOf(option)}  ", StringComparison.Ordinal);
}
