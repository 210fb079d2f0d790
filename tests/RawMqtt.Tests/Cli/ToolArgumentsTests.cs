// SPDX-License-Identifier: MIT

using RawMqtt.Cli;

namespace RawMqtt.Tests.Cli;

public class ToolArgumentsTests
{
    [Theory]
    [InlineData("sub --url ws://h/mqtt -t a -W 0.5 --connect-timeout 2.25")]
    [InlineData("pub --url ws://h/mqtt -t a -m b --repeat 2 --repeat-delay 0")]
    [InlineData("pub --url ws://h/mqtt -t a -l -M 65535 --max-packet 268435460 --servername h")]
    [InlineData("sub --url wss://h/mqtt -t a -H X:y")]
    public void Arguments_are_taken(string arguments) => Assert.Empty(ErrorsOf(arguments));

    [Theory]
    [InlineData("sub --url ws://h/mqtt -t a -W 0", "-W takes seconds from 0.001 to 86400, such as 2 or 0.5, not \"0\"")]
    [InlineData("sub --url ws://h/mqtt -t a --connect-timeout 1e3", "--connect-timeout takes seconds")]
    [InlineData("pub --url ws://h/mqtt -t a -m b -M 0", "--max-inflight takes a whole number from 1 to 65535")]
    [InlineData("pub --url mqtt://h -t a -m b -H X:y", "--header is for ws and wss")]
    [InlineData("sub --url tls://h -t a --header X:y", "a connection by tls has no HTTP request")]
    public void Mistakes_are_named(string arguments, string expected) =>
        Assert.Contains(ErrorsOf(arguments), error => error.Contains(expected, StringComparison.Ordinal));

    private static string[] ErrorsOf(string arguments) => [.. Tool.Create().Parse(arguments.Split(' ')).Errors.Select(error => error.Message)];
}
