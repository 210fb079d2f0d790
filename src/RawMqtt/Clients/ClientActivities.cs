// SPDX-License-Identifier: MIT

using System.Diagnostics;
using System.Text;

namespace RawMqtt.Clients;

/// <summary>Tells what clients publish as activities of the source <c>RawMqtt.Client</c>, with the names of OpenTelemetry for messaging. Without a listener
/// it costs one comparison.</summary>
/// <remarks>MQTT 3.1.1 has no field for a trace: what the receiver does belongs to a trace of its own.</remarks>
internal static class ClientActivities
{
    private static readonly ActivitySource source = new("RawMqtt.Client");

    public static bool AreWanted => source.HasListeners();

    /// <summary>Publishes within an activity, which ends with the delivery.</summary>
    public static async ValueTask PublishAsync(
        MqttClient client, byte[] topic, byte[] payload, QualityOfService qos, bool retain, CancellationToken cancellationToken)
    {
        using Activity? activity = Start(client.ClientId, topic, payload.Length);
        try
        {
            await client.PublishNowAsync(topic, payload, qos, retain, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            string kind = failure is MqttException fault ? fault.Code.ToString() : failure.GetType().Name;
            activity?.SetStatus(ActivityStatusCode.Error, failure.Message).SetTag("error.type", kind);
            throw;
        }
    }

    private static Activity? Start(string clientId, byte[] topic, int length)
    {
        Activity? activity = source.StartActivity("send", ActivityKind.Producer);
        if (activity is not { IsAllDataRequested: true }) return activity;
        string name = Encoding.UTF8.GetString(topic);
        activity.DisplayName = $"send {name}";
        return activity.SetTag("messaging.system", "mqtt").SetTag("messaging.operation.name", "send").SetTag("messaging.operation.type", "send")
            .SetTag("messaging.destination.name", name).SetTag("messaging.client.id", clientId).SetTag("messaging.message.body.size", length);
    }
}
