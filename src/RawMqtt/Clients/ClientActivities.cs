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

    /// <summary>Starts the activity of a message, which does not become the caller's current one; null if no listener samples it.</summary>
    public static Activity? Start(string clientId, ReadOnlySpan<byte> topic, int length)
    {
        Activity? callers = Activity.Current;
        Activity? activity = source.StartActivity("send", ActivityKind.Producer);
        Activity.Current = callers;
        if (activity is not { IsAllDataRequested: true }) return activity;
        string name = Encoding.UTF8.GetString(topic);
        activity.DisplayName = $"send {name}";
        return activity.SetTag("messaging.system", "mqtt").SetTag("messaging.operation.name", "send").SetTag("messaging.operation.type", "send")
            .SetTag("messaging.destination.name", name).SetTag("messaging.client.id", clientId).SetTag("messaging.message.body.size", length);
    }

    /// <summary>Ends the activity with the delivery.</summary>
    public static async ValueTask EndAsync(Activity? activity, ValueTask sent)
    {
        using Activity? ending = activity;
        try
        {
            await sent.ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            string kind = failure is MqttException fault ? fault.Code.ToString() : failure.GetType().Name;
            activity?.SetStatus(ActivityStatusCode.Error, failure.Message).SetTag("error.type", kind);
            throw;
        }
    }
}
