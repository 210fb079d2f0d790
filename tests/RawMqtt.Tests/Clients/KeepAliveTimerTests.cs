// SPDX-License-Identifier: MIT

using RawMqtt.Clients;
using RawMqtt.Codec;

namespace RawMqtt.Tests.Clients;

/// <summary>The timer that runs the session's deadlines, on a clock of its own.</summary>
public class KeepAliveTimerTests
{
    [Fact]
    public async Task APingIsTimedThoughNothingWasReadWhenItsTimeWasUpAndThereIsNoKeepAlive()
    {
        var time = new ManualTime();
        var core = new ClientCore(new MqttClientOptions { Address = "mqtt://127.0.0.1", KeepAlive = TimeSpan.Zero, PingTimeout = TimeSpan.FromSeconds(1), TimeProvider = time });
        var connection = new ClientConnection(core, Stream.Null);
        await using var timer = new KeepAliveTimer(core);
        lock (core.Gate)
        {
            core.Session.Connect(new ConnectPacket { ClientId = "a"u8, CleanSession = true }, core.Now, connection.Output);
            ReadOnlySpan<byte> connAck = [0x20, 2, 0, 0];
            core.Session.TryReceive(ref connAck, core.Now, connection.Output, out _);
            core.Connection = connection;
            core.Session.Ping(core.Now, connection.Output);
            core.Session.PauseReading();
        }

        timer.Arm();
        time.Advance(TimeSpan.FromSeconds(8));
        lock (core.Gate) core.Session.ResumeReading(core.Now);
        Assert.False(connection.Ended.IsCancellationRequested);
        time.Advance(TimeSpan.FromSeconds(8));
        Assert.True(connection.Ended.IsCancellationRequested);
    }
}
