// SPDX-License-Identifier: MIT

using RawMqtt.Clients;

namespace RawMqtt.Tests.Clients;

/// <summary>How many packets leave one at a time: each costs a round trip, so there are few.</summary>
public class CarefulCountTests
{
    [Theory]
    [InlineData(0, 20, 20)]
    [InlineData(0, 1000, 20)]
    [InlineData(1, 1000, 40)]
    [InlineData(4, 100, 100)]
    [InlineData(10, 1, 20)]
    [InlineData(10, 65535, 500)]
    [InlineData(int.MaxValue, int.MaxValue, 500)]
    public void Packets_that_leave_alone_double_up_to_those_that_may_wait_and_500(int ends, int waiting, int packets) =>
        Assert.Equal(packets, ConnectionOpener.CountAlone(ends, waiting));
}
