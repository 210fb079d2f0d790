// SPDX-License-Identifier: MIT

using RawMqtt.Cli.Bench;

namespace RawMqtt.Tests.Cli.Bench;

public class HandleLimitTests
{
    [Theory]
    [InlineData(9000, 1, 20_000, null)]
    [InlineData(9000, 3, 4096, null)]
    [InlineData(9000, 1, 4096, "9 000 connections need 9200 handles in a process, and the system allows it 4096: add --processes 3, or type ulimit -n 9200")]
    [InlineData(9000, 2, 4096, "4 500 connections need 4700 handles in a process, and the system allows it 4096: add --processes 3, or type ulimit -n 4700")]
    [InlineData(100_000, 1, 1024, "100 000 connections need 100200 handles in a process, and the system allows it 1024: type ulimit -n 100200")]
    public void Load_beyond_the_limit_is_told_with_what_to_type(int connections, int processes, long allowed, string? expected)
    {
        var plan = new BenchPlan { Mode = BenchMode.Conn, Topic = "", Idle = connections, Processes = processes };

        string? fault = HandleLimit.FaultIn(plan, allowed);

        if (expected is null) Assert.Null(fault);
        else Assert.StartsWith(expected, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void System_tells_its_limit() => Assert.InRange(HandleLimit.Raise(), 64, long.MaxValue);
}
