// SPDX-License-Identifier: MIT

namespace RawMqtt.Tests.Clients;

/// <summary>The formula of docs/embedded.md for what a client holds at most.</summary>
[Collection(MeasuresMemory.Name)]
public class ClientMemoryTests
{
    private const int Payload = 1000;

    /// <summary>Without a connection, until the queue is full by bytes or by number.</summary>
    [Theory]
    [InlineData(4 << 20, 65_535, 1000)]
    [InlineData(16 << 20, 10_000, 16)]
    public async Task Full_queue_stays_within_the_formula(long maxBytes, int maxMessages, int payload)
    {
        var options = new MqttClientOptions { Address = "ws://127.0.0.1:1", MaxQueuedBytes = maxBytes, MaxQueuedMessages = maxMessages };
        await using var client = new MqttClient(options);
        byte[] reading = new byte[payload];
        int size = payload + "sensors/7".Length;
        int most = (int)Math.Min(maxMessages, maxBytes / size);
        long before = GC.GetAllocatedBytesForCurrentThread(); // what the process holds also changes with what other tests have left

        for (int i = 0; i < most; i++) _ = client.PublishAsync("sensors/7", reading, QualityOfService.AtLeastOnce).AsTask();

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(most, client.Statistics.Queued);
        long formula = maxBytes + (512L * maxMessages);
        long used = ((long)most * size) + (512L * most);
        Assert.InRange(allocated, used / 4, Math.Min(used, formula));
    }

    /// <summary>Nobody reads the stream: the client stops reading from the connection.</summary>
    [Fact]
    public async Task Unread_messages_stay_within_the_formula()
    {
        const int MaxBytes = 1 << 20;
        await using MqttBroker broker = await MqttBroker.StartAsync(new MqttBrokerOptions { Listeners = ["ws://127.0.0.1:0/mqtt"] });
        await using MqttClient client = await MqttClient.ConnectAsync(new MqttClientOptions { Address = broker.Addresses[0], MaxPacketLength = 4096 });
        await using MqttSubscription unread = await client.SubscribeAsync(
            [new MqttTopicFilter("readings", QualityOfService.AtLeastOnce)], new MqttSubscribeOptions { MaxBytes = MaxBytes });
        for (int i = 0; i < 2000; i++) broker.Publish("readings", new byte[Payload], QualityOfService.AtLeastOnce);
        while (client.Statistics.MessagesReceived < 1000) await Task.Yield();

        long formula = MaxBytes + 4096 + (300 * 1024);
        long unreadBytes = client.Statistics.MessagesReceived * (Payload + "readings".Length);
        Assert.InRange(unreadBytes, formula / 2, formula + (64 << 10)); // and what one read brought
    }
}
