// SPDX-License-Identifier: MIT

namespace RawMqtt.Tests.Clients;

/// <summary>Waits for what a client tells or takes.</summary>
internal static class ClientWaits
{
    /// <summary>Completes at the first state change that fits; call it before the change can happen.</summary>
    public static Task When(this MqttClient client, Func<MqttStateChange, bool> happened)
    {
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        client.StateChanged += change =>
        {
            if (happened(change)) told.TrySetResult();
        };
        return told.Task;
    }

    /// <summary>Takes so many messages from a subscription.</summary>
    public static async Task<List<MqttMessage>> TakeAsync(this MqttSubscription messages, int count, CancellationToken cancellationToken)
    {
        var taken = new List<MqttMessage>();
        await foreach (MqttMessage message in messages.WithCancellation(cancellationToken))
        {
            taken.Add(message);
            if (taken.Count == count) break;
        }

        return taken;
    }
}
