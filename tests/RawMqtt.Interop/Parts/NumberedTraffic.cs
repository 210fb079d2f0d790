// SPDX-License-Identifier: MIT

using System.Globalization;

namespace RawMqtt.Interop.Parts;

/// <summary>Numbered messages at QoS 1 on a topic for each publisher, and what arrived of them.</summary>
internal sealed class NumberedTraffic
{
    private readonly Dictionary<string, int> next = [];

    /// <summary>Messages that came for the first time.</summary>
    public int Arrived { get; private set; }

    public int Duplicates { get; private set; }

    /// <summary>Messages that came for the first time after a later one of their topic.</summary>
    public int OutOfOrder { get; private set; }

    /// <summary>A topic below those of the publishers, whose messages do not count.</summary>
    public static string Probe(string topics) => topics + "probe";

    /// <summary>Publishes from several clients at once, each on a topic of its own.</summary>
    /// <param name="options">Where to; each client gets an identifier of its own.</param>
    /// <param name="topics">What stands before the number of the client.</param>
    /// <param name="clients">The number of clients.</param>
    /// <param name="each">Messages of each.</param>
    /// <param name="perSecond">The pace of all together; 0 for as fast as it goes.</param>
    public static Task PublishAsync(MqttClientOptions options, string topics, int clients, int each, int perSecond = 0) =>
        Task.WhenAll(Enumerable.Range(0, clients).Select(i => PublishAsync(options, $"{topics}{i}", each, perSecond / (double)clients)));

    /// <summary>Reads until so many different messages came, or none for a time.</summary>
    public async Task ReceiveAsync(MqttSubscription messages, int total, TimeSpan patience)
    {
        using var silence = new CancellationTokenSource(patience);
        try
        {
            await foreach (MqttMessage message in messages.WithCancellation(silence.Token))
            {
                silence.CancelAfter(patience);
                Count(message);
                if (Arrived == total) return;
            }
        }
        catch (OperationCanceledException)
        {
            // what has not come is lost
        }
    }

    public override string ToString() => $"{Arrived} arrived, {Duplicates} twice, {OutOfOrder} out of order";

    private void Count(MqttMessage message)
    {
        if (message.Topic.EndsWith(Probe("/"), StringComparison.Ordinal)) return;
        int number = int.Parse(message.PayloadText, CultureInfo.InvariantCulture);
        int expected = next.GetValueOrDefault(message.Topic);
        if (number < expected)
        {
            Duplicates++;
            return;
        }

        if (number > expected) OutOfOrder++; // or those between are lost
        next[message.Topic] = number + 1;
        Arrived++;
    }

    private static async Task PublishAsync(MqttClientOptions options, string topic, int each, double perSecond)
    {
        await using MqttClient client = await MqttClient.ConnectAsync(
            options with { ClientId = $"p-{Guid.NewGuid():N}", CleanSession = false, MaxInFlight = 100 });
        var sent = new Task[each];
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        double due = perSecond > 0 ? 0 : double.MaxValue;
        for (int i = 0; i < each; i++)
        {
            while (i >= due)
            {
                await tick.WaitForNextTickAsync();
                due += perSecond / 10;
            }

            sent[i] = client.PublishAsync(topic, $"{i}", QualityOfService.AtLeastOnce).AsTask();
        }

        await Task.WhenAll(sent);
    }
}
