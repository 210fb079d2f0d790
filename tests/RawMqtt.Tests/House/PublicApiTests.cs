// SPDX-License-Identifier: MIT

using RawMqtt.Explain;
using RawMqtt.Tests.RuleIndex;

namespace RawMqtt.Tests.House;

/// <summary>The public surfaces stand as text in <c>PublicApi.txt</c> and beside it, so that a change is seen.</summary>
public class PublicApiTests
{
    /// <summary>With RAWMQTT_WRITE_PUBLIC_API set, this writes the file that it otherwise compares.</summary>
    [Theory]
    [InlineData(typeof(QualityOfService), "PublicApi.txt")]
    [InlineData(typeof(Decoding), "PublicApi.Explain.txt")]
    [InlineData(typeof(RawMqtt.Extensions.MqttReceiving), "PublicApi.Extensions.txt")]
    [InlineData(typeof(MemoryBroker), "PublicApi.Testing.txt")]
    [InlineData(typeof(RawMqtt.Browser.BrowserWebSocket), "PublicApi.Browser.txt")]
    [InlineData(typeof(RawMqtt.Hosting.MqttHostingExtensions), "PublicApi.Hosting.txt")]
    [InlineData(typeof(RawMqtt.AspNetCore.MqttEndpointExtensions), "PublicApi.AspNetCore.txt")]
    [InlineData(typeof(RawMqtt.Server.BrokerService), "PublicApi.Server.txt")]
    public void Surface_is_the_one_that_was_reviewed(Type type, string file)
    {
        string path = Repository.PathOf($"tests/RawMqtt.Tests/{file}");
        string actual = PublicApi.Describe(type.Assembly);
        if (Environment.GetEnvironmentVariable("RAWMQTT_WRITE_PUBLIC_API") is not null) File.WriteAllText(path, actual);

        string[] reviewed = File.ReadAllLines(path);
        string[] now = actual.TrimEnd('\n').Split('\n');
        Assert.True(reviewed.SequenceEqual(now), $"""
            The public surface differs from {file}. If that is meant, run the test with RAWMQTT_WRITE_PUBLIC_API=1 and read the difference.
            added:   {string.Join("\n         ", now.Except(reviewed).DefaultIfEmpty("-"))}
            removed: {string.Join("\n         ", reviewed.Except(now).DefaultIfEmpty("-"))}
            """);
    }
}
