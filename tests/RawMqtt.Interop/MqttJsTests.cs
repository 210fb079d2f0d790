// SPDX-License-Identifier: MIT

using RawMqtt.Interop.Parts;

namespace RawMqtt.Interop;

/// <summary>MQTT.js, unmodified under node, against our broker.</summary>
public class MqttJsTests
{
    [Theory]
    [InlineData("ws")]
    [InlineData("tcp")]
    [InlineData("wss")]
    [InlineData("tls")]
    public async Task Session_of_the_article(string carrier)
    {
        string node = RealPart.Node;
        using Certificates certificates = await Certificates.MakeAsync();
        await using MqttBroker broker = await OurBroker.StartAsync(certificates);

        Finished session = await RealProcess.RunAsync(node, Path.Combine(RealPart.Folder, "peers", "mqttjs-session.mjs"),
            OurBroker.Address(broker, carrier), certificates.Authority);

        Assert.True(session.ExitCode == 0, session.Output + session.Error);
        string[] lines = session.Output.TrimEnd().Split('\n');
        Assert.Equal(["connected session present false", "granted testtopic 2"], lines[..2]);
        Assert.Equal(["published 0", "published 1", "published 2"], lines.Where(line => line.StartsWith("published", StringComparison.Ordinal)));
        Assert.Equal(
            ["message testtopic ws connection demo...! 0 qos 0 retain false", "message testtopic ws connection demo...! 1 qos 1 retain false",
                "message testtopic ws connection demo...! 2 qos 2 retain false"],
            lines.Where(line => line.StartsWith("message", StringComparison.Ordinal)));
        Assert.Equal("ended", lines[^1]);
        Assert.Contains("unsubscribed", lines);
    }

    [Fact]
    public async Task Packets_in_tiny_frames_arrive_whole_and_in_order()
    {
        string node = RealPart.Node;
        await using MqttBroker broker = await OurBroker.StartAsync();
        await using MqttClient client = await MqttClient.ConnectAsync(OurBroker.Address(broker, "tcp"));
        MqttSubscription messages = await client.SubscribeAsync("many/frames", QualityOfService.AtLeastOnce);
        await using RealProcess publisher = RealProcess.Start(node, Path.Combine(RealPart.Folder, "peers", "mqttjs-publish.mjs"),
            OurBroker.Address(broker, "ws"), "many/frames", "200", "1000");

        int expected = 0;
        using var limit = new CancellationTokenSource(RealProcess.Patience);
        await foreach (MqttMessage message in messages.WithCancellation(limit.Token))
        {
            Assert.Equal(1000, message.Payload.Length);
            Assert.Equal(expected, System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(message.Payload.Span));
            if (++expected == 200) break;
        }

        Assert.Equal(0, (await publisher.FinishAsync()).ExitCode);
    }
}
