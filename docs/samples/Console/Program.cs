// SPDX-License-Identifier: MIT

using RawMqtt;

// dotnet run -- ws://localhost:8083/mqtt
await using MqttClient client = await MqttClient.ConnectAsync(args.Length > 0 ? args[0] : "ws://localhost:8083/mqtt");
await using MqttSubscription messages = await client.SubscribeAsync("samples/console", QualityOfService.AtLeastOnce);
await client.PublishAsync("samples/console", "hello", QualityOfService.AtLeastOnce);
await foreach (MqttMessage message in messages)
{
    Console.WriteLine($"{message.Topic}: {message.PayloadText}");
    break;
}
