// SPDX-License-Identifier: MIT

namespace RawMqtt.Cli;

/// <summary>Finds the retained messages of topic filters at a broker.</summary>
internal static class RetainedMessages
{
    /// <summary>Calls <paramref name="take"/> for each retained message until no more come.</summary>
    /// <remarks>A broker does not say which message is the last one. It sends them after SUBACK, at QoS 0 without waiting for the client: the
    /// answer to a ping and then silence mean that all are there.</remarks>
    /// <param name="client">The connected client.</param>
    /// <param name="filters">The topic filters.</param>
    /// <param name="silence">How long nothing may come before the list counts as whole.</param>
    /// <param name="take">Gets each message, on the connection's thread.</param>
    /// <param name="time">Measures the silence.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    public static async Task FindAsync(
        MqttClient client, IEnumerable<string> filters, TimeSpan silence, MqttMessageReceiver take, TimeProvider time, CancellationToken cancellationToken)
    {
        long latest = 0;
        await using MqttSubscription subscription = await client.SubscribeAsync(
            [.. filters.Select(filter => new MqttTopicFilter(filter))],
            (in MqttMessageView message) =>
            {
                if (!message.Retain) return; // published meanwhile
                Volatile.Write(ref latest, time.GetTimestamp());
                take(message);
            },
            cancellationToken);
        StatusLine.Show(() => $"{client.Statistics.MessagesReceived} retained messages so far");
        await client.PingAsync(cancellationToken);
        Volatile.Write(ref latest, time.GetTimestamp());
        while (silence - time.GetElapsedTime(Volatile.Read(ref latest)) is { Ticks: > 0 } left) await Task.Delay(left, time, cancellationToken);
    }
}
