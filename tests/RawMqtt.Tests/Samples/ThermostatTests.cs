// SPDX-License-Identifier: MIT

using RawMqtt.Extensions;
using RawMqtt.Samples;

namespace RawMqtt.Tests.Samples;

/// <summary>The worker of docs/samples, tested with the test kit.</summary>
public class ThermostatTests
{
    [Theory]
    [InlineData("19.5", "on")]
    [InlineData("20.5", "off")]
    public async Task The_heating_follows_the_temperature(string temperature, string heating)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        broker.Broker.Publish("samples/room/temperature", temperature, retain: true);
        using var thermostat = new Thermostat(await broker.ConnectAsync(cancellationToken: limit.Token));
        MqttClient watcher = await broker.ConnectAsync(cancellationToken: limit.Token);

        MqttMessage message = await watcher.WaitForAsync(
            "samples/room/heating", subscribed: thermostat.StartAsync, cancellationToken: limit.Token);

        Assert.Equal(heating, message.PayloadText);
        await thermostat.StopAsync(limit.Token);
    }
}
