// SPDX-License-Identifier: MIT

using System.Text.Json;
using RawMqtt.Extensions;
using RawMqtt.Tests.House;

namespace RawMqtt.Tests.Extensions;

public class MqttJsonExtensionsTests
{
    /// <summary>Ends a test that hangs.</summary>
    private static CancellationToken Limit => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    [Fact]
    public async Task A_value_goes_there_as_json_and_comes_back()
    {
        await using MemoryBroker world = await MemoryBroker.StartAsync();
        MqttClient client = await world.ConnectAsync();
        var sent = new Reading("roof", 21.5);

        MqttMessage message = await client.WaitForAsync("readings", subscribed: stop =>
            client.PublishJsonAsync("readings", sent, ReadingJson.Default.Reading, cancellationToken: stop).AsTask(), cancellationToken: Limit);

        Assert.Equal("""{"Sensor":"roof","Degrees":21.5}""", message.PayloadText);
        Assert.Equal(sent, message.ReadJson(ReadingJson.Default.Reading));
    }

    [Fact]
    public async Task The_broker_publishes_json_too()
    {
        await using MemoryBroker world = await MemoryBroker.StartAsync();
        MqttClient client = await world.ConnectAsync();
        world.Broker.PublishJson("readings", new Reading("cellar", 9), ReadingJson.Default.Reading, retain: true);

        MqttMessage message = await client.WaitForAsync("readings", cancellationToken: Limit);

        Assert.Equal(new Reading("cellar", 9), message.ReadJson(ReadingJson.Default.Reading));
    }

    [Fact]
    public void A_payload_that_is_no_json_is_told_with_its_topic()
    {
        var message = new MqttMessage("readings/roof", "21.5 degrees");

        JsonException failure = Assert.Throws<JsonException>(() => message.ReadJson(ReadingJson.Default.Reading));

        Assert.StartsWith("The message on readings/roof (12 bytes) is no JSON of a Reading: ", failure.Message);
    }

    [Fact]
    public void A_view_is_read_without_a_copy()
    {
        var view = new MqttMessageView { Payload = """{"Sensor":"roof","Degrees":1}"""u8 };

        Assert.Equal(new Reading("roof", 1), view.ReadJson(ReadingJson.Default.Reading));
    }
}
