// SPDX-License-Identifier: MIT

using System.Globalization;
using Microsoft.Extensions.Hosting;
using RawMqtt.Extensions;

namespace RawMqtt.Samples;

/// <summary>Switches the heating by the temperature that a sensor publishes.</summary>
internal sealed class Thermostat(MqttClient client) : BackgroundService
{
    private const double Wanted = 20;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using MqttReceiving receiving = await client.SubscribeAsync("samples/room/temperature", SwitchAsync, cancellationToken: stoppingToken);
        await receiving.Completion.WaitAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task SwitchAsync(MqttMessage message)
    {
        bool isCold = double.Parse(message.PayloadText, CultureInfo.InvariantCulture) < Wanted;
        await client.PublishAsync("samples/room/heating", isCold ? "on" : "off", QualityOfService.AtLeastOnce, retain: true);
    }
}
