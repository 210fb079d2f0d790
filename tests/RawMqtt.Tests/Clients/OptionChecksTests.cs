// SPDX-License-Identifier: MIT

namespace RawMqtt.Tests.Clients;

/// <summary>What would break a rule on the wire is refused where the program says it, with the rule's number.</summary>
public class OptionChecksTests
{
    private static readonly MqttClientOptions Valid = new() { Address = "mqtt://127.0.0.1:1883" };

    [Fact]
    [Rule("MQTT-3.1.2-22", "MQTT-3.1.3-7", "MQTT-3.1.2-14")]
    public void Options_that_would_break_a_rule_are_refused()
    {
        Assert.Contains("[MQTT-3.1.2-22]", RefusalOf(Valid with { Password = "secret"u8.ToArray() }), StringComparison.Ordinal);
        Assert.Contains("[MQTT-3.1.3-7]", RefusalOf(Valid with { ClientId = "", CleanSession = false }), StringComparison.Ordinal);
        Assert.Contains("[MQTT-3.1.2-14]", RefusalOf(Valid with { Will = new MqttWill("a", default, (QualityOfService)3) }), StringComparison.Ordinal);
    }

    [Fact]
    [Rule("MQTT-3.8.3-3", "MQTT-3.8.3-4")]
    public async Task Filters_that_would_break_a_rule_are_refused()
    {
        await using var client = new MqttClient(Valid);

        ArgumentException none = await Assert.ThrowsAsync<ArgumentException>(() => client.SubscribeAsync(Array.Empty<MqttTopicFilter>()));
        ArgumentException qos = await Assert.ThrowsAsync<ArgumentException>(() => client.SubscribeAsync("a", (QualityOfService)3));

        Assert.Contains("[MQTT-3.8.3-3]", none.Message, StringComparison.Ordinal);
        Assert.Contains("[MQTT-3.8.3-4]", qos.Message, StringComparison.Ordinal);
    }

    private static string RefusalOf(MqttClientOptions options) => Assert.Throws<ArgumentException>(() => new MqttClient(options)).Message;
}
