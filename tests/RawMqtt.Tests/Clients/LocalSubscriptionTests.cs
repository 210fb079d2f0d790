// SPDX-License-Identifier: MIT

using RawMqtt.Clients;

namespace RawMqtt.Tests.Clients;

public class LocalSubscriptionTests
{
    /// <summary>The thread that reads the SUBACK may still note it when the caller has it.</summary>
    [Fact]
    public async Task A_filter_that_is_granted_never_looks_refused_meanwhile()
    {
        var clock = new SessionClock(TimeProvider.System);
        var options = new MqttSubscribeOptions();
        LocalSubscription Make() => new([new MqttTopicFilter("a")], options, clock);
        LocalSubscription current = Make();
        bool isOver = false;
        bool wasRefused = false;
        using var isReading = new ManualResetEventSlim();
        Task reader = Task.Run(() =>
        {
            for (; !Volatile.Read(ref isOver); isReading.Set()) wasRefused |= Volatile.Read(ref current).Granted is [null];
        });
        isReading.Wait(TestContext.Current.CancellationToken);
        for (int i = 0; i < 300_000; i++)
        {
            Volatile.Write(ref current, Make());
            current.Grant("a", 0);
        }

        Volatile.Write(ref isOver, true);
        await reader;
        Assert.False(wasRefused);
        Assert.Equal([QualityOfService.AtMostOnce], current.Granted);
    }
}
