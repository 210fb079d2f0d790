// SPDX-License-Identifier: MIT

using RawMqtt.Tests.Codec.Vectors;

namespace RawMqtt.Tests.Serving;

/// <summary>A connection whose PUBLISH waits for a slow reader is still read.</summary>
public sealed class HeldConnectionTests : IDisposable
{
    private readonly BrokerSockets sockets = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => sockets.Dispose();

    [Theory]
    [InlineData("mqtt")]
    [InlineData("ws")]
    public async Task A_PINGREQ_that_comes_behind_it_is_answered_first(string scheme)
    {
        var limits = new MqttBrokerLimits { InitialInFlight = 1, MaxInFlight = 1, MaxQueuedMessages = 2, MaxPublisherHoldTime = TimeSpan.FromSeconds(1) };
        await using MqttBroker broker = await sockets.StartAsync(scheme, options => options with { Limits = limits });
        await using Stream reader = await sockets.DialAsync(broker);
        await reader.WriteAsync(ByteText.Parse("10 0d | 00 04 'MQTT' 04 02 00 00 | 00 01 'r' | 82 06 00 01 00 01 'a' 01"), Token);
        await BrokerSockets.ReadAsync(reader, 4 + 5);
        await using Stream publisher = await sockets.DialAsync(broker);
        await publisher.WriteAsync(ByteText.Parse("10 0d | 00 04 'MQTT' 04 02 00 00 | 00 01 'p' | 32 05 00 01 'a' 00 01"), Token);
        await BrokerSockets.ReadAsync(publisher, 4 + 4);
        await BrokerSockets.ReadAsync(reader, 7);
        await reader.WriteAsync(ByteText.Parse("40 02 00 01 | c0 00"), Token); // it acknowledges once, and then no more
        await BrokerSockets.ReadAsync(reader, 2);

        for (int id = 2; id <= 5; id++) await publisher.WriteAsync(ByteText.Parse($"32 05 00 01 'a' 00 {id:x2}"), Token);
        Assert.Equal(ByteText.Parse("40 02 00 02 | 40 02 00 03 | 40 02 00 04"), await BrokerSockets.ReadAsync(publisher, 12)); // the fifth waits
        await publisher.WriteAsync(ByteText.Parse("c0 00"), Token);
        Assert.Equal(ByteText.Parse("d0 00"), await BrokerSockets.ReadAsync(publisher, 2));
        Assert.Equal(ByteText.Parse("40 02 00 05"), await BrokerSockets.ReadAsync(publisher, 4));
        await publisher.WriteAsync(ByteText.Parse("c0 00"), Token);
        Assert.Equal(ByteText.Parse("d0 00"), await BrokerSockets.ReadAsync(publisher, 2));
    }
}
