// SPDX-License-Identifier: MIT

using System.Reflection;
using RawMqtt.Codec;

namespace RawMqtt.Tests.Codec;

public class ProtocolViolationTests
{
    private static readonly ProtocolViolation[] All = typeof(ProtocolViolation).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (ProtocolViolation)field.GetValue(null)!).ToArray();

    [Fact]
    public void Each_numbered_rule_but_two_stands_once_and_all_in_the_order_of_the_specification()
    {
        string[] numbered = All.Select(violation => violation.Rule).Where(rule => rule.StartsWith("MQTT-", StringComparison.Ordinal)).ToArray();
        Assert.Equal(numbered.OrderBy(PlaceOf), numbered);

        Assert.Equal([NameOfTheProtocol, LimitOfThisEnd], numbered.GroupBy(rule => rule).Where(rule => rule.Count() > 1).Select(rule => rule.Key));
    }

    [Fact]
    public void Each_is_one_sentence_without_a_full_stop()
    {
        Assert.All(All, violation => Assert.False(violation.Message.EndsWith('.')));
        Assert.All(All, violation => Assert.Equal($"[{violation.Rule}] {violation.Message}", violation.ToString()));
    }

    /// <summary>The name of MQTT 3.1 is answered with return code 1, any other with silence.</summary>
    private const string NameOfTheProtocol = "MQTT-3.1.2-1";

    /// <summary>A limit breaks no rule of the text; this rule says what its end does.</summary>
    private const string LimitOfThisEnd = "MQTT-4.8.0-2";

    private static Version PlaceOf(string rule) => new(rule["MQTT-".Length..].Replace('-', '.'));
}
