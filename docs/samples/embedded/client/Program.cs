// SPDX-License-Identifier: MIT

// Publishes a reading at QoS 1 with the whole client, which reconnects by itself. With SECONDS it then stays, and answers each message under TOPIC/set
// with one under TOPIC/state. It writes nothing to the console, which takes 270 KB of a native program.
// client ADDRESS TOPIC READING [SECONDS]
using RawMqtt;

if (args.Length < 3) return 1;
await using var client = new MqttClient(new MqttClientOptions
{
    Addresses = [args[0]],
    MaxInFlight = 8,
    MaxPacketLength = 4096,
    MaxQueuedBytes = 16 * 1024,
});
await client.OpenAsync();
await client.PublishAsync(args[1], args[2], QualityOfService.AtLeastOnce);
if (args.Length == 3) return 0;

using var end = new CancellationTokenSource(TimeSpan.FromSeconds(int.Parse(args[3], System.Globalization.CultureInfo.InvariantCulture)));
await using MqttSubscription settings = await client.SubscribeAsync(args[1] + "/set", QualityOfService.AtLeastOnce);
try
{
    await foreach (MqttMessage message in settings.WithCancellation(end.Token))
        await client.PublishAsync(args[1] + "/state", message.Payload, QualityOfService.AtLeastOnce, cancellationToken: end.Token);
}
catch (OperationCanceledException)
{
    // the time is over
}

return 0;
