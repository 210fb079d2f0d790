// SPDX-License-Identifier: MIT

using RawMqtt.Cli;

namespace RawMqtt.Tests.Cli;

public sealed class DefaultsFileTests : IDisposable
{
    private readonly string file = Path.GetTempFileName();

    public void Dispose() => File.Delete(file);

    [Fact]
    public void Lines_are_options_and_the_command_line_wins_but_for_what_adds_up()
    {
        File.WriteAllLines(file, ["# a comment", "", "-h broker.example", "-t a b", "--quiet", "-q 1"]);

        string[] expanded = DefaultsFile.Expand(Tool.Create(), ["sub", "-o", file, "--host", "other", "-t", "c"]);

        Assert.Equal(["sub", "-t", "a b", "--quiet", "-q", "1", "-o", file, "--host", "other", "-t", "c"], expanded);
    }

    [Fact]
    public void Commands_without_these_options_read_no_file() =>
        Assert.Equal(["doctor", "-o", file], DefaultsFile.Expand(Tool.Create(), ["doctor", "-o", file]));
}
