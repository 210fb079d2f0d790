// SPDX-License-Identifier: MIT

using RawMqtt.Dialling;

namespace RawMqtt.Tests.Dialling;

/// <summary>How long each of the addresses of one host is tried.</summary>
public class AddressTurnTests
{
    [Fact]
    public void Each_address_of_a_host_has_a_share_of_the_connect_timeout()
    {
        Assert.Equal(TimeSpan.FromSeconds(1), Dialer.TurnOf(TimeSpan.FromSeconds(2), addressesLeft: 2));
        Assert.Equal(TimeSpan.FromSeconds(0.5), Dialer.TurnOf(TimeSpan.FromSeconds(2), addressesLeft: 4));
        Assert.Equal(TimeSpan.FromSeconds(2), Dialer.TurnOf(TimeSpan.FromSeconds(30), addressesLeft: 3));
        Assert.Equal(TimeSpan.FromSeconds(30), Dialer.TurnOf(TimeSpan.FromSeconds(30), addressesLeft: 1));
        Assert.Equal(TimeSpan.Zero, Dialer.TurnOf(TimeSpan.FromSeconds(-1), addressesLeft: 2));
    }
}
