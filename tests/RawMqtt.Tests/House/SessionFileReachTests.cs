// SPDX-License-Identifier: MIT

using RawMqtt.Clients;
using RawMqtt.Sessions;
using RawMqtt.Tests.Compiled;

namespace RawMqtt.Tests.House;

/// <summary>A program pays for the client's session file only if it sets <see cref="MqttClientOptions.SessionFile"/>: trimming removes what nothing
/// constructs.</summary>
public class SessionFileReachTests
{
    private static readonly Type[] sessionFile = [typeof(SessionFile), typeof(SavedSession)];

    [Fact]
    public void Program_that_sets_no_SessionFile_constructs_nothing_of_it()
    {
        var reach = new Reach(without: typeof(MqttClientOptions).GetProperty(nameof(MqttClientOptions.SessionFile))!.SetMethod!);

        Assert.True(reach.Constructs(typeof(ClientSession)));
        Assert.DoesNotContain(sessionFile, reach.Constructs);
    }

    [Fact]
    public void Program_that_sets_it_constructs_all_of_it()
    {
        var reach = new Reach();

        Assert.All(sessionFile, type => Assert.True(reach.Constructs(type), type.Name));
    }
}
