// SPDX-License-Identifier: MIT

using RawMqtt.Server;
using RawMqtt.Server.Bridging;

namespace RawMqtt.Tests.Server.Bridging;

/// <summary>Under which topics messages go over a bridge.</summary>
public sealed class BridgeRoutesTests
{
    private static readonly MqttBridgeRule[] rules =
    [
        new("a/#", MqttBridgeDirection.Out, QualityOfService.AtLeastOnce, "site/", "up/7/"),
        new("#", MqttBridgeDirection.In, QualityOfService.AtLeastOnce, "site/", "down/7/"),
        new("#", MqttBridgeDirection.Out, QualityOfService.AtMostOnce, "site/"),
        new("same/+", MqttBridgeDirection.Both),
    ];

    [Theory]
    [InlineData("site/a/b", "up/7/a/b")]
    [InlineData("site/a", "up/7/a")]
    [InlineData("site/b", "b")]
    [InlineData("same/1", "same/1")]
    [InlineData("same/1/2", null)]
    [InlineData("other", null)]
    public void Of_the_rules_that_match_a_topic_the_first_one_counts(string topic, string? expected)
    {
        BridgeRoutes routes = BridgeRoutes.Out(rules);
        Assert.Equal(expected, routes.Find(topic)?.Topic);
        Assert.Equal(expected, routes.Find(topic)?.Topic); // remembered
    }

    [Theory]
    [InlineData("down/7/x", "site/x")]
    [InlineData("same/1", "same/1")]
    [InlineData("site/a/b", null)]
    public void Topics_of_the_far_broker_go_the_other_way(string topic, string? expected) =>
        Assert.Equal(expected, BridgeRoutes.In(rules).Find(topic)?.Topic);

    [Fact]
    public void More_topics_than_are_remembered_are_found_all_the_same()
    {
        BridgeRoutes routes = BridgeRoutes.Out(rules);
        for (int i = 0; i < 25_000; i++) Assert.Equal($"up/7/a/{i}", routes.Find($"site/a/{i}")?.Topic);
    }
}
