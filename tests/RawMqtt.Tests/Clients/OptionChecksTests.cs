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

    [Theory]
    [InlineData("mqtt://localhost", false)]
    [InlineData("tls://localhost", false)]
    [InlineData("ws://localhost/mqtt", true)]
    [InlineData("wss://localhost/mqtt", true)]
    public void Request_headers_without_an_HTTP_request_are_refused(string address, bool isTaken)
    {
        MqttClientOptions options = Valid with { Address = address, RequestHeaders = [new("X-Key", "y")] };
        ArgumentException? refused = Record.Exception(() => new MqttClient(options)) as ArgumentException;
        Assert.Equal(isTaken, refused is null);
        if (!isTaken) Assert.Contains("RequestHeaders", refused!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_without_a_certificate_is_refused() =>
        Assert.Contains("KeyFile", RefusalOf(Valid with { Address = "wss://h/mqtt", Tls = new MqttTlsOptions { KeyFile = "key" } }), StringComparison.Ordinal);

    private static string RefusalOf(MqttClientOptions options) => Assert.Throws<ArgumentException>(() => new MqttClient(options)).Message;
}
