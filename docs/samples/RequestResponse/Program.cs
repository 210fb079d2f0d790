// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt;
using RawMqtt.Extensions;

// dotnet run -- ws://localhost:8083/mqtt
string address = args.Length > 0 ? args[0] : "ws://localhost:8083/mqtt";
await using MqttClient server = await MqttClient.ConnectAsync(address);
await using MqttReceiving service = await server.RespondAsync("samples/upper", (request, _) =>
    ValueTask.FromResult<ReadOnlyMemory<byte>>(Encoding.UTF8.GetBytes(request.PayloadText.ToUpperInvariant())));

await using MqttClient asker = await MqttClient.ConnectAsync(address);
MqttMessage answer = await asker.RequestAsync("samples/upper", "hello", TimeSpan.FromSeconds(5));
Console.WriteLine(answer.PayloadText);
