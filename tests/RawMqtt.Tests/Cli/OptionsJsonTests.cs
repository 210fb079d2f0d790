// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Cli;

namespace RawMqtt.Tests.Cli;

public class OptionsJsonTests
{
    [Fact]
    public void The_object_of_the_article_is_taken_whole()
    {
        MqttClientOptions options = OptionsJson.Read("""
            {
              "keepalive": 60, "clientId": "mqttjs_1a2b3c4d", "protocolId": "MQTT", "protocolVersion": 4, "clean": true,
              "reconnectPeriod": 1000, "connectTimeout": 30000, "username": "emqx", "password": "public",
              "will": { "topic": "WillMsg", "payload": "Connection Closed abnormally..!", "qos": 0, "retain": false }, // as in JavaScript
            }
            """u8);
        Assert.Equal(TimeSpan.FromSeconds(60), options.KeepAlive);
        Assert.Equal("mqttjs_1a2b3c4d", options.ClientId);
        Assert.True(options.CleanSession);
        Assert.Equal(TimeSpan.FromSeconds(1), options.ReconnectDelay);
        Assert.Equal(TimeSpan.FromSeconds(30), options.ConnectTimeout);
        Assert.Equal("emqx", options.UserName);
        Assert.Equal("public"u8.ToArray(), options.Password!.Value.ToArray());
        Assert.Equal(("WillMsg", "Connection Closed abnormally..!", QualityOfService.AtMostOnce, false),
            (options.Will!.Topic, Encoding.UTF8.GetString(options.Will.Payload.Span), options.Will.Qos, options.Will.Retain));
    }

    [Fact]
    public void What_is_not_named_stays()
    {
        MqttClientOptions options = OptionsJson.Read("""{"clean":false,"reconnectPeriod":0,"keepalive":0}"""u8,
            new MqttClientOptions { Address = "ws://h/mqtt", ClientId = "kept" });
        Assert.Equal(("ws://h/mqtt", "kept", false, TimeSpan.Zero, TimeSpan.Zero),
            (options.Address, options.ClientId, options.CleanSession, options.ReconnectDelay, options.KeepAlive));
    }

    [Theory]
    [InlineData("[]", "an object")]
    [InlineData("{clean:true}", "double quotes")]
    [InlineData("""{"clean":1}""", "clean is true or false")]
    [InlineData("""{"keepalive":-1}""", "keepalive is a whole number from 0 to 65535")]
    [InlineData("""{"keepalive":"60"}""", "keepalive must be a number")]
    [InlineData("""{"protocolVersion":5}""", "protocolVersion is 4")]
    [InlineData("""{"protocolId":"MQIsdp"}""", "protocolId is \"MQTT\"")]
    [InlineData("""{"will":{"payload":"x"}}""", "will has no topic")]
    [InlineData("""{"will":{"topic":"t","qos":3}}""", "will.qos is a whole number from 0 to 2")]
    [InlineData("""{"keepAlive":60}""", "\"keepAlive\" is not an option")]
    [InlineData("""{"clean":true""", "not JSON")]
    public void Mistakes_are_named(string json, string expected)
    {
        MqttException fault = Assert.Throws<MqttException>(() => OptionsJson.Read(Encoding.UTF8.GetBytes(json)));
        Assert.Equal(MqttErrorCode.InvalidOptions, fault.Code);
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }
}
