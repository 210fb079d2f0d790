// SPDX-License-Identifier: MIT

using System.Text;

namespace RawMqtt.Crash;

/// <summary>The program that is killed: it writes each message to its own file before it asks for the next one, as natural code does.</summary>
internal static class KilledSubscriber
{
    public static async Task RunAsync(string address, string journal, string? sessionFile)
    {
        var options = new MqttClientOptions { Address = address, ClientId = "killed", CleanSession = false, SessionFile = sessionFile };
        await using FileStream file = new(journal, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        await using MqttClient client = await MqttClient.ConnectAsync(options);
        await using MqttSubscription messages = await client.SubscribeAsync("crash/#", QualityOfService.ExactlyOnce);
        await foreach (MqttMessage message in messages)
        {
            file.Write(Encoding.ASCII.GetBytes($"{(int)message.Qos} {message.PayloadText} {message.DeliveryId}\n"));
        }
    }
}
