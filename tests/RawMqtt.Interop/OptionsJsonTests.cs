// SPDX-License-Identifier: MIT

using System.Collections.Concurrent;
using System.Text;
using RawMqtt.Cli;
using RawMqtt.Interop.Parts;

namespace RawMqtt.Interop;

/// <summary>The JSON options of JavaScript clients make the CONNECT that the npm package mqtt-packet makes of them.</summary>
public class OptionsJsonTests
{
    [Theory]
    [InlineData("""{"keepalive":60,"clientId":"mqttjs_1a2b3c4d","protocolId":"MQTT","protocolVersion":4,"clean":true,"reconnectPeriod":1000,"connectTimeout":"""
        + """30000,"will":{"topic":"WillMsg","payload":"Connection Closed abnormally..!","qos":0,"retain":false}}""")]
    [InlineData("""{"clientId":"c","username":"emqx","password":"public","clean":false,"keepalive":0,"protocolId":"MQTT","protocolVersion":4}""")]
    [InlineData("""{"clientId":"grüße","username":"ü","keepalive":65535,"clean":true,"protocolId":"MQTT","protocolVersion":4,"will":"""
        + """{"topic":"a/ß","payload":"","qos":2,"retain":true}}""")]
    [InlineData("""{"clientId":"","clean":true,"keepalive":1,"protocolId":"MQTT","protocolVersion":4,"username":"u","password":"","will":"""
        + """{"topic":"t","payload":"p","qos":1,"retain":false}}""")]
    public async Task Connect_is_byte_for_byte_that_of_mqtt_packet(string json)
    {
        Finished theirs = await RealProcess.RunAsync(RealPart.Node, Path.Combine(RealPart.Folder, "peers", "connect-bytes.mjs"),
            Convert.ToHexStringLower(Encoding.UTF8.GetBytes(json)));
        Assert.True(theirs.ExitCode == 0, theirs.Error);

        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        var sent = new ConcurrentQueue<string>();
        MqttClientOptions options = OptionsJson.Read(Encoding.UTF8.GetBytes(json)) with
        {
            Address = mosquitto.Tcp,
            PacketTap = (direction, packet) =>
            {
                if (direction == MqttTapDirection.Sent) sent.Enqueue(Convert.ToHexStringLower(packet));
            },
        };
        await using MqttClient client = await MqttClient.ConnectAsync(options);
        Assert.Equal(theirs.Output.Trim(), sent.First());
    }
}
