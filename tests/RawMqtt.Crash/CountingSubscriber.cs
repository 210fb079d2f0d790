// SPDX-License-Identifier: MIT

using System.Globalization;

namespace RawMqtt.Crash;

/// <summary>A client with a kept session that counts how often each numbered message comes. Even ones are published at QoS 1, odd ones at QoS 2.</summary>
internal sealed class CountingSubscriber : IAsyncDisposable
{
    private readonly string name;
    private readonly QualityOfService qos;
    private readonly int[] times;
    private MqttClient? client;
    private MqttSubscription? messages;
    private long received;
    private Task opening = Task.CompletedTask;
    private Task reading = Task.CompletedTask;

    private CountingSubscriber(string name, QualityOfService qos, int messages) => (this.name, this.qos, times) = (name, qos, new int[messages]);

    /// <summary>Messages that have come, repeats among them.</summary>
    public long Received => Volatile.Read(ref received);

    /// <summary>It has ended its connection, and its session goes on.</summary>
    public bool IsAway { get; private set; }

    /// <summary>Messages that have not come.</summary>
    public int Missing => times.Count(count => Volatile.Read(ref count) == 0);

    /// <summary>Messages at QoS 2 that came more than once.</summary>
    public int RepeatsAtQos2 => qos < QualityOfService.ExactlyOnce ? 0 : times.Where((count, number) => number % 2 == 1 && count > 1).Count();

    public static MqttClientOptions Options(string address, string name) => new()
    {
        Address = address,
        ClientId = name,
        CleanSession = false,
        ReconnectDelay = TimeSpan.FromMilliseconds(20),
        MaxReconnectDelay = TimeSpan.FromMilliseconds(50),
        MaxQueuedMessages = int.MaxValue,
        MaxQueuedBytes = long.MaxValue,
        MaxInFlight = 200,
        RetryFirstConnect = true,
    };

    public static async Task<CountingSubscriber> ConnectAsync(string address, string name, QualityOfService qos, int messages)
    {
        var subscriber = new CountingSubscriber(name, qos, messages) { client = await MqttClient.ConnectAsync(Options(address, name)) };
        subscriber.messages = await subscriber.client.SubscribeAsync("crash/#", qos);
        subscriber.reading = subscriber.ReadAsync();
        return subscriber;
    }

    /// <summary>Ends the connection with DISCONNECT, or begins one again.</summary>
    public async Task ComeOrGoAsync()
    {
        await opening;
        IsAway = !IsAway;
        if (IsAway)
        {
            await client!.DisconnectAsync(TimeSpan.FromSeconds(1));
            await reading; // its enumeration ends
            return;
        }

        opening = client!.OpenAsync();
        reading = ReadAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await client!.DisposeAsync();
        await reading;
    }

    public override string ToString() => $"{name}: {Missing} of {times.Length} missing, {RepeatsAtQos2} at QoS 2 twice";

    private async Task ReadAsync()
    {
        await foreach (MqttMessage message in messages!)
        {
            Interlocked.Increment(ref times[int.Parse(message.PayloadText, CultureInfo.InvariantCulture)]);
            Interlocked.Increment(ref received);
        }
    }
}
