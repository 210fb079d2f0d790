// SPDX-License-Identifier: MIT

using RawMqtt.Interop.Parts;

namespace RawMqtt.Interop;

/// <summary>
/// Clients as they come live through all that a broker does for them: QoS 0 to 2, retained messages, a kept session with
/// forty messages that waited, a message of 300 KB, a will. The scripts in <c>peers</c> compare each step.
/// </summary>
public class LifeTests
{
    [Theory]
    [InlineData("tcp")]
    [InlineData("tls")]
    [InlineData("ws")]
    [InlineData("wss")]
    public Task Paho_for_Python(string carrier) => LiveAsync(RealPart.Python, "paho-life.py", carrier);

    [Theory]
    [InlineData("tcp")]
    [InlineData("tls")]
    [InlineData("ws")]
    [InlineData("wss")]
    public Task Mqtt_js(string carrier) => LiveAsync(RealPart.Node, "mqttjs-life.mjs", carrier);

    [Fact]
    public Task Paho_for_browsers() => LiveAsync(RealPart.Node, "paho-life.mjs", "ws");

    private static async Task LiveAsync(string program, string script, string carrier)
    {
        using Certificates certificates = await Certificates.MakeAsync();
        await using MqttBroker broker = await OurBroker.StartAsync(certificates);
        string[] authority = carrier is "tls" or "wss" ? [certificates.Authority] : [];
        Finished life = await RealProcess.RunAsync(program, [Path.Combine(RealPart.Folder, "peers", script), OurBroker.Address(broker, carrier), .. authority]);

        Assert.True(life.ExitCode == 0, life.Output + life.Error);
        Assert.Equal("done", life.Output.TrimEnd().Split('\n')[^1]);
        Assert.Equal(0, broker.Statistics.MessagesDropped + broker.Statistics.MessagesShed + broker.Statistics.ProtocolViolations);
    }
}
