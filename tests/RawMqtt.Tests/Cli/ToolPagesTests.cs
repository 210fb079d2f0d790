// SPDX-License-Identifier: MIT

using System.CommandLine;
using System.Globalization;
using System.Text;
using RawMqtt.Cli;
using RawMqtt.Tests.RuleIndex;

namespace RawMqtt.Tests.Cli;

/// <summary>The pages of bench and of recordings show what the tool's help says. With RAWMQTT_WRITE_SPEC_NOTES set, this writes the tables that it
/// otherwise compares.</summary>
public class ToolPagesTests
{
    private const string Begins = "<!-- options: written by Cli/ToolPagesTests -->\n";
    private const string Ends = "\n<!-- end of options -->";

    [Theory]
    [InlineData("docs/bench.md", "bench conn", "bench pub", "bench sub", "bench pubsub", "bench fan")]
    [InlineData("docs/recording.md", "record", "replay", "retained list", "retained clear", "ping", "rpc")]
    public void Pages_show_every_option_of_their_commands(string page, params string[] commands)
    {
        string path = Repository.PathOf(page);
        string text = File.ReadAllText(path);
        int begin = text.IndexOf(Begins, StringComparison.Ordinal);
        int end = text.IndexOf(Ends, StringComparison.Ordinal);
        Assert.True(begin >= 0 && end > begin, $"{page} has no markers for its options.");

        string written = string.Concat(text.AsSpan(0, begin + Begins.Length), TableOf(commands), text.AsSpan(end));
        if (Environment.GetEnvironmentVariable("RAWMQTT_WRITE_SPEC_NOTES") is not null) File.WriteAllText(path, written);

        Assert.Equal(written, File.ReadAllText(path));
    }

    [Theory]
    [InlineData("bench", "Load a broker and measure it", "conn", "pub", "sub", "pubsub", "fan", "compare")]
    [InlineData("bench compare", "A.json  ", "B.json  ")]
    [InlineData("bench pubsub", "Publish and subscribe in pairs", "--publishers COUNT", "--rate RATE|max", "--html FILE", "-h, --host")]
    [InlineData("retained", "list", "clear")]
    [InlineData("retained clear", "Write: clear [URL] FILTER...", "--dry-run")]
    [InlineData("ping", "answer a PINGREQ", "--interval SECONDS")]
    [InlineData("rpc", "Publish a request", "-e, --response-topic FILTER", "-W SECONDS")]
    [InlineData("record", "Write: record [URL] FILE", "-R, --no-retained")]
    [InlineData("replay", "Write: replay [URL] FILE", "--speed FACTOR|max")]
    public void Help_names_what_there_is(string command, params string[] expected)
    {
        var output = new StringWriter();

        int result = Tool.Create().Parse([.. command.Split(' '), "--help"]).Invoke(new InvocationConfiguration { Output = output });

        Assert.Equal(0, result);
        foreach (string text in expected) Assert.Contains(text, output.ToString(), StringComparison.Ordinal);
    }

    private static string TableOf(string[] paths)
    {
        var connection = new Command("connection");
        new ConnectionArguments().AddTo(connection);
        HashSet<string> common = [.. connection.Options.Select(option => option.Name)];
        var rows = new List<(string Names, string Description, List<string> Commands)>();
        foreach (string path in paths)
        {
            Command command = path.Split(' ').Aggregate((Command)Tool.Create(), (parent, name) => parent.Subcommands.Single(one => one.Name == name));
            foreach (Option option in command.Options.Where(option => !common.Contains(option.Name) && !option.Hidden))
            {
                string value = option.HelpName is { } name ? $" {name}" : "";
                string names = $"`{string.Join("`, `", option.Aliases.Append(option.Name).OrderBy(one => one.Length))}{value}`";
                int place = rows.FindIndex(row => row.Names == names && row.Description == option.Description);
                if (place < 0) rows.Add((names, option.Description!, [path.Split(' ')[^1]]));
                else rows[place].Commands.Add(path.Split(' ')[^1]);
            }
        }

        var table = new StringBuilder("| option | of | what it does |\n|---|---|---|\n");
        foreach ((string names, string description, List<string> commands) in rows)
        {
            table.Append(CultureInfo.InvariantCulture, $"| {Cell(names)} | {string.Join(", ", commands)} | {Cell(description)} |\n");
        }

        return table.ToString().TrimEnd('\n');
    }

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
