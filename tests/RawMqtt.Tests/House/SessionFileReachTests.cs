// SPDX-License-Identifier: MIT

using RawMqtt.Clients;
using RawMqtt.Sessions;
using RawMqtt.Tests.Compiled;

namespace RawMqtt.Tests.House;

/// <summary>A program pays for the client's session file only if it sets <see cref="MqttClientOptions.SessionFile"/>: trimming removes the methods of what
/// nothing constructs, and what they alone use.</summary>
public class SessionFileReachTests
{
    [Fact]
    public void Program_that_sets_no_SessionFile_constructs_none()
    {
        var reach = new Reach(without: typeof(MqttClientOptions).GetProperty(nameof(MqttClientOptions.SessionFile))!.SetMethod!);

        Assert.True(reach.Constructs(typeof(ClientSession)));
        Assert.False(reach.Constructs(typeof(SessionFile)));
    }

    [Fact]
    public void Program_that_sets_it_constructs_one() => Assert.True(new Reach().Constructs(typeof(SessionFile)));
}
